"""How well scores tell odd images from normal ones: over all thresholds, and at one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from aelib.core.errors import LabError
from aelib.training import Run

from .images import to_score
from .scores import score

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class AtThreshold:
    """Counts of images at one threshold: those with a score above it raise an alarm."""

    found: int
    missed: int
    false_alarms: int
    passed: int

    @property
    def recall(self) -> float:
        """Share of the odd images that are found."""
        return self.found / (self.found + self.missed)

    @property
    def precision(self) -> float:
        """Share of the alarms that are right; 1 without an alarm."""
        alarms = self.found + self.false_alarms
        return self.found / alarms if alarms else 1.0

    @property
    def false_alarm_rate(self) -> float:
        """Share of the normal images that raise an alarm."""
        return self.false_alarms / (self.false_alarms + self.passed)


@dataclass(frozen=True, eq=False)
class Detection:
    """Scores of images, the larger the odder, and which of them are odd.

    Raises LabError where all images are odd or none, or where a score is not finite.
    """

    scores: Array
    odd: Mask

    def __post_init__(self) -> None:
        if self.odd.all() or not self.odd.any():
            raise LabError("Odd and normal images are both needed: leave some classes out of training, but not all.")
        if not np.isfinite(self.scores).all():
            raise LabError("Some scores are not finite numbers: choose a run that did not diverge.")

    @property
    def auroc(self) -> float:
        """The chance that an odd image has a larger score than a normal one, a tie counting half: 0 to 1, 0.5 for
        guesses."""
        return float(roc_auc_score(self.odd, self.scores))

    @property
    def average_precision(self) -> float:
        """The area under precision over recall, as a sum of steps: 0 to 1; for guesses the share of odd images."""
        return float(average_precision_score(self.odd, self.scores))

    def roc(self) -> tuple[Array, Array]:
        """False alarm rate and recall for all thresholds, from (0, 0) to (1, 1)."""
        false_alarms, recall, _ = roc_curve(self.odd, self.scores)
        return false_alarms, recall

    def precision_recall(self) -> tuple[Array, Array]:
        """Recall and precision for all thresholds."""
        precision, recall, _ = precision_recall_curve(self.odd, self.scores)
        return recall, precision

    def at(self, threshold: float) -> AtThreshold:
        """Raises LabError where all scores are the same, so that no threshold parts them."""
        self._parted()
        alarm = self.scores > threshold
        return AtThreshold(
            int((alarm & self.odd).sum()),
            int((~alarm & self.odd).sum()),
            int((alarm & ~self.odd).sum()),
            int((~alarm & ~self.odd).sum()),
        )

    def threshold(self, false_alarm_rate: float = 0.05) -> float:
        """The smallest score of a normal image above which at most this share of the normal images lies. Raises
        LabError as `at`."""
        self._parted()
        return float(np.quantile(self.scores[~self.odd], 1 - false_alarm_rate, method="higher"))

    def _parted(self) -> None:
        if self.scores.min() == self.scores.max():
            raise LabError(
                "All {count:,} images have the same score, {score:.4g}, so no threshold parts them: choose another "
                "score, or train the net longer.",
                count=len(self.scores),
                score=self.scores[0],
            )


def detect(run: Run, name: str = "error") -> Detection:
    """The test images of a run's whole data set, scored. name: in `SCORES`. Raises LabError."""
    scored = to_score(run)
    return Detection(score(name, run, scored.images.pixels), scored.odd)
