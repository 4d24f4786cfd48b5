"""How well scores separate odd images from normal ones: over all thresholds, and at one threshold."""

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
        """Share of the odd images that raise an alarm."""
        return self.found / (self.found + self.missed)

    @property
    def precision(self) -> float:
        """Share of the alarms that are correct; 1 if there is no alarm."""
        alarms = self.found + self.false_alarms
        return self.found / alarms if alarms else 1.0

    @property
    def false_alarm_rate(self) -> float:
        """Share of the normal images that raise an alarm."""
        return self.false_alarms / (self.false_alarms + self.passed)


@dataclass(frozen=True, eq=False)
class Detection:
    """Anomaly scores of images (larger means odder), and which of the images are odd.

    Raises LabError if all images are odd, if none is, or if a score is not finite.
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
        """The probability that an odd image has a larger score than a normal one (a tie counts half): 0 to 1, 0.5 for
        random guesses."""
        return float(roc_auc_score(self.odd, self.scores))

    @property
    def average_precision(self) -> float:
        """The area under the precision-recall curve, as a sum of steps: 0 to 1; for random guesses, the share of odd
        images."""
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
        """The counts at a threshold. Raises LabError if all scores are equal, so that no threshold separates them."""
        self._parted()
        alarm = self.scores > threshold
        return AtThreshold(
            int((alarm & self.odd).sum()),
            int((~alarm & self.odd).sum()),
            int((alarm & ~self.odd).sum()),
            int((~alarm & ~self.odd).sum()),
        )

    def threshold(self, false_alarm_rate: float = 0.05) -> float:
        """The smallest score of a normal image such that at most this share of the normal images has a larger score.
        Raises LabError like `at`."""
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
    """The scores of the test images of a run's whole data set. name: in `SCORES`. Raises LabError."""
    scored = to_score(run)
    return Detection(score(name, run, scored.images.pixels), scored.odd)
