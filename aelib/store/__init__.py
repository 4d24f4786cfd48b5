"""Runs on disk, found by the digest of their experiment. A run is written atomically, checked whenever it is read, and
never unpickled.

`store` saves and reads runs, `run_files` converts a run to files and back, `index` lists all runs, `owners` records who
trained which run, `archive` exports a run as one ZIP file.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
