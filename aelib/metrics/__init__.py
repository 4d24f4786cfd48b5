"""Quality of images and codes: `reconstruction` (wrong pixels, MSE, PSNR), `image_quality` (SSIM, luminance),
`latent_space` (planes, grids, interpolation), `statistics`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
