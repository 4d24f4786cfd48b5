"""What can be wrong with a stored run."""

from aelib.core.errors import StoreError


class UnreadableRun(StoreError):
    """A run that is whole but means nothing here: written by a newer program, or on a data set that is not here."""


class DamagedRun(StoreError):
    """A run that is there but is not what was written."""

    exit_code = 1

    def __init__(self, digest: str, what: str) -> None:
        super().__init__(f"Run {digest} is damaged ({what}): train it again, or remove it with `runs prune --damaged`.")
        self.digest, self.what = digest, what

    def __reduce__(self) -> tuple[type["DamagedRun"], tuple[str, str]]:
        return DamagedRun, (self.digest, self.what)
