"""Runs on disk, by the digest of their experiment: whole or not at all, checked when read, never unpickled.

`store` keeps them, `run_files` is a run as files, `index` the list of them, `owners` whose they are, `archive` one run
as one ZIP file.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
