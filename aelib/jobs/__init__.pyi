from . import health as health
from . import limits as limits
from .job import Job as Job
from .limits import Limits as Limits
from .profile import is_small as is_small
from .scheduler import JobScheduler as JobScheduler
