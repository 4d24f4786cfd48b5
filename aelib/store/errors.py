"""Errors of stored runs."""

from aelib.core.errors import StoreError


class UnreadableRun(StoreError):
    """A run that is intact but cannot be opened here: a newer version wrote it, or its data set is not on this
    machine."""


class DamagedRun(StoreError):
    """A stored run that has changed since it was written. digest: of the run; what: the damage in words."""

    exit_code = 1

    def __init__(self, digest: str, what: str) -> None:
        super().__init__(f"Run {digest} is damaged ({what}): train it again, or delete it.")
        self.digest, self.what = digest, what

    def __reduce__(self) -> tuple[type["DamagedRun"], tuple[str, str]]:
        return DamagedRun, (self.digest, self.what)
