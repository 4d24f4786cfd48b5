"""How it works: why variational."""

from aelib.core.language import N_, _
from aelib.ui.shell.lessons import WHY_VARIATIONAL, lesson
from aelib.ui.theory import variational
from aelib.ui.theory.page import TheoryPage, reported

page = TheoryPage(
    WHY_VARIATIONAL,
    _(
        "An autoencoder puts its codes wherever it likes. Take a point between two of them, and the decoder "
        "has never seen it. **What does a net need so that every point means something?** Predict what the KL "
        "does to the plane below."
    ),
)

with page.section(
    N_("How far apart are two distributions?"),
    _(
        "KL(q‖p) says what it costs to take p for q. Drag a peak: sideways moves its mean, up and down its "
        "deviation. Is it the same in both directions? When is it 0?"
    ),
):
    variational.gaussians()

with page.section(
    N_("A draw that lets gradients through"),
    _(
        "The code is a draw from N(μ, σ²), and through a draw no gradient flows. The way out: draw ε once, and "
        "compute z = μ + σ·ε. Hold ε still, and move μ."
    ),
):
    variational.reparametrisation()

with page.section(
    N_("Why log σ²?"),
    _(
        "A net gives any number. As a variance it would have to be positive; as its logarithm every number is "
        "right. Move s below 0, and close to it."
    ),
):
    variational.log_variance()

with page.section(
    N_("Two losses that pull"),
    _(
        "A variational 35-32-2 net learns here. The reconstruction pulls the characters apart, so that the "
        "decoder can tell them; the KL pulls them to the prior. Move β while it learns: what gives way first?"
    ),
):
    variational.tug()

with page.section(
    N_("What lies between"),
    _(
        "The same net without a KL, and with one. Look for holes: places where the decoder makes what is no "
        "character. The count is of 200 codes drawn from a normal as wide as the codes. Does the KL always win?"
    ),
):
    variational.holes()

page.concluded(
    _(
        "Document A morphs between emoji with a variational net. Document B concludes that **the prior makes "
        "the space continuous and complete; without it variances shrink and means drift apart**."
    )
)
with page.evidence(N_("Means and deviations by β"), _("Our own runs on the 5x7 font.")):
    variational.runs()
with page.evidence(N_("Emoji of document A"), _("The documents' figures, measured again.")):
    reported("emoji-vae-deep", "emoji-vae-wide")
page.lessons(
    (lesson("emoji"), _("interpolate between emoji, mix them, generate new ones")),
    (lesson("digits"), _("the plane of the digits, and what β costs")),
)
