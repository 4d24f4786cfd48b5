"""Compare: two to six experiments side by side."""

from aelib.core.language import N_, _
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.lessons.trainings import compare, compare_noise, compare_table
from aelib.ui.shell import messages
from aelib.ui.shell.lessons import COMPARE
from aelib.ui.views import hand_in

KEY = "compare"

page = SectionedPage(
    COMPARE,
    _(
        "Compare experiments side by side. A comparison is fair only if they differ in one setting, and the "
        "difference is not luck. Change one cell, predict which is better, and by how much; then train both "
        "with several seeds. The address stores the whole comparison."
    ),
)

page.header(N_("Choose"))
with messages.show_errors():
    rows, seeds = compare_table.choose()
    groups = compare.runs(rows, seeds)
if not groups:
    page.ends_here(
        _(
            "differences and results, the networks, error curves, tests of whether a difference is noise, the "
            "errors of each run, and the latent planes at one scale."
        )
    )

shown = {label: group[0] for label, group in groups.items()}
several = _("The run with the first seed of each row. The section “Is it luck?” has all seeds.") if seeds > 1 else ""
with page.section(N_("What differs, what came out"), several):
    compare.settings(shown, f"{KEY}:settings")
    compare.networks(shown)

with page.section(N_("How they learnt")):
    compare.learning(shown, f"{KEY}:learning")

with page.section(N_("Is it luck?")):
    compare_noise.noise(groups, f"{KEY}:noise")

with page.section(N_("Image by image")):
    if compare.together(shown) is not None:
        compare.errors(shown, f"{KEY}:errors")
        compare.images(shown, f"{KEY}:images")

with page.section(
    N_("Hand in"), _("All rows side by side in one page or notebook, each with the run of its first seed.")
):
    hand_in.hand_in_many(list(shown.values()), f"{KEY}:hand-in")
