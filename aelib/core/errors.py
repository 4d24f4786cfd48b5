"""The errors that users see."""

from typing import Any

from .language import N_, Lazy


class LabError(Exception):
    """An error that the user can fix. Its text is one sentence: what is wrong, and what to do.

    It is translated where it is shown, not where it is raised, because a worker process raises errors for any session.

    Args:
        text: in English, with a placeholder `{name}` for each of the `values`; or a `Lazy`, which has both.

    Attributes:
        exit_code: the exit status of the command line: 2 for a wrong request, 1 for a correct request that failed.
    """

    exit_code = 2

    def __init__(self, text: str | Lazy = "", /, **values: Any) -> None:
        said = text if isinstance(text, Lazy) else Lazy(text, **values)
        super().__init__(said.text)
        self.values = said.values

    @property
    def text(self) -> Lazy:
        """The sentence without the error, to keep it and show it elsewhere."""
        return Lazy(str(self.args[0]), **self.values)

    def __str__(self) -> str:
        return str(self.text)


def reason_of(error: OSError) -> Lazy:
    """What the operating system says about an error, to put in the middle of a sentence."""
    return Lazy(error.strerror or str(error))


# The messages of operating systems that are most frequent.
_SYSTEM = (
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("No such file or directory"),
    N_("File exists"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File name too long"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("Read-only file system"),
    N_("Input/output error"),
    N_("Too many open files"),
)


class StoreError(LabError):
    """Data on disk cannot be read or written."""
