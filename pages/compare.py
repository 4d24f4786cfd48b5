"""Compare: two to six experiments side by side."""

from aelib.ui.lessons import compare, compare_table
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.shell import messages
from aelib.ui.shell.lessons import COMPARE
from aelib.ui.views import hand_in

KEY = "compare"

page = SectionedPage(
    COMPARE,
    "Experiments side by side: fair only if they differ in one thing, and if it is not luck. Change one cell, guess "
    "which will win, and by how much; then train both with several seeds. The address holds the whole comparison.",
)

page.header("Choose")
with messages.show_errors():
    rows, seeds = compare_table.choose()
    groups = compare.runs(rows, seeds)
if not groups:
    page.ends_here(
        "what differs and what came out, the networks, curves over each other, whether the difference is noise, who "
        "gets what wrong, and the latent planes at one scale."
    )

shown = {label: group[0] for label, group in groups.items()}
several = "Of each, the run with the first seed; all seeds are in the section “Is it luck?”." if seeds > 1 else ""
with page.section("What differs, what came out", several):
    compare.settings(shown, f"{KEY}:settings")
    compare.networks(shown)

with page.section("How they learnt"):
    compare.learning(shown, f"{KEY}:learning")

with page.section("Is it luck?"):
    compare.noise(groups, f"{KEY}:noise")

with page.section("Image by image"):
    if compare.together(shown) is not None:
        compare.errors(shown, f"{KEY}:errors")
        compare.images(shown, f"{KEY}:images")

with page.section("Hand in", "All of them side by side in one page or notebook, of each the run with the first seed."):
    hand_in.hand_in_many(list(shown.values()), f"{KEY}:hand-in")
