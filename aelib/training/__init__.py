"""fit(experiment) -> Run: one loop (`trainer`) for one net or many, whatever engine of `engines/` changes the weights.

`batches` feeds it, `evaluation` measures the nets, `run` is the result; `time_estimate` and `device_speed` say how
long training takes.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
