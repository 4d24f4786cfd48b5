"""fit(experiment) -> Run: one training loop (`loop`) for one net or many, with an engine of `engines/` that updates the
weights.

`batches` provides the batches, `evaluation` evaluates the nets, `run` is the result. `time_estimate` and `device_speed`
say how long training takes.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
