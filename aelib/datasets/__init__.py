"""Images by name, in parts to train on, to validate with and to test on.

`spec(name)` says what is in a data set, `load(name)` gives its images. Where the images come from: `bundled/` with the
package, `downloads/` from the internet or from files that a person already has, `user/` a person's own. `noise`
corrupts images.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
