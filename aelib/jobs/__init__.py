"""Training in the background: `scheduler` runs jobs on worker processes of this machine (`local_pool`) or on a cluster
(`dask_cluster`), within `limits`; `worker` trains, `mailbox` transmits progress; `recovery` finds the jobs that a
killed server did not finish; `health` is the health check.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
