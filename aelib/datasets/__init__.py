"""Images by name, split into a training, a validation and a test set.

`spec(name)` describes a data set, `load(name)` returns its images. The images come from three places: `bundled/` with
the package, `downloads/` from the internet or from files that the user already has, `user/` from the user's own data.
`noise` corrupts images.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
