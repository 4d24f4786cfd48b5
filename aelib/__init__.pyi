from . import datasets as datasets
from . import latent as latent
from . import metrics as metrics
from .experiment import Experiment as Experiment
from .experiment import presets as presets
from .experiment import resolve as resolve
from .store import Store as Store
from .store import load as load
from .training import Run as Run
from .training import fit as fit
from .training import fit_many as fit_many

__version__: str
