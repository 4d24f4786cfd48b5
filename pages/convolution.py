"""How it works: convolution."""

from aelib.core.language import N_, _
from aelib.ui.shell.lessons import CONVOLUTION, lesson
from aelib.ui.theory import convolution
from aelib.ui.theory.page import TheoryPage, reported

page = TheoryPage(
    CONVOLUTION,
    _(
        "A dense layer sees every pixel of a picture and knows nothing of neighbours. **How can nine numbers "
        "find an edge anywhere in a picture?** Predict what a kernel makes of the image, then choose it."
    ),
)

with page.section(
    N_("A window that moves"),
    _(
        "A 3 among 1s, and a kernel of 5 with −1 around it: the 3 becomes 7, a 1 among 1s becomes −3. The "
        "contrast of 2 has grown to 10. Move the window in either picture, change a number of the kernel, or "
        "take another image."
    ),
):
    convolution.kernels()

with page.section(
    N_("Pooling"),
    _("Both make an image smaller without a weight. Which keeps a thin light line, which keeps the mean?"),
):
    convolution.pooling()

with page.section(
    N_("Back to the large image"),
    _(
        "A decoder needs the other direction. A transposed convolution writes a kernel for every number, "
        "`stride` pixels apart, and adds up where they overlap. The picture counts how often each pixel is "
        "written. Which kernel and stride leave no pattern?"
    ),
):
    convolution.checkerboard()

with page.section(
    N_("What does one number see?"),
    _("A number of a deep layer sees more than one kernel's width. Which nets of the lessons see the whole image?"),
):
    convolution.receptive()

with page.section(N_("Kernels by hand, kernels learnt"), _("Do nets find edges, blurs, or something else?")):
    convolution.learnt()

page.concluded(
    _(
        "Document E concludes that **more layers help** and that **kernels matter for detail**; it compares "
        "kernel 4, stride 2 with kernel 6, stride 3. Both are multiples of their stride, so neither draws a "
        "checkerboard."
    )
)
with page.evidence(N_("Layers and kernels"), _("Mean squared error on photographs; less is better.")):
    reported("sr-2", "sr-3", "sr-4", "sr-kernel-4-2", "sr-kernel-6-3")
page.lessons(
    (lesson("compression"), _("letters through a code of 7x7 numbers")),
    (lesson("colour"), _("the feature maps of every layer")),
    (lesson("super_resolution"), _("kernels, strides and layers on photographs")),
)
