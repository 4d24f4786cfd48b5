"""Errors about stored runs."""

from aelib.core.errors import StoreError
from aelib.core.language import Lazy


class UnreadableRun(StoreError):
    """An intact run that cannot be opened here: a newer version wrote it, or its data set is not on this machine."""


class DamagedRun(StoreError):
    """A stored run that has changed since it was written. digest: of the run; what: the damage in words, for the middle
    of a sentence."""

    exit_code = 1

    def __init__(self, digest: str, what: Lazy) -> None:
        super().__init__("Run {digest} is damaged ({what}): train it again, or delete it.", digest=digest, what=what)
        self.digest, self.what = digest, what

    def __reduce__(self) -> tuple[type["DamagedRun"], tuple[str, Lazy]]:
        return DamagedRun, (self.digest, self.what)
