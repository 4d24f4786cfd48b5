from . import health as health
from . import limits as limits
from .job import Job as Job
from .limits import Limits as Limits
from .scheduler import JobScheduler as JobScheduler
