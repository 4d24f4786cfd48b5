"""The errors that reach a person."""

from typing import Any

from .language import _


class LabError(Exception):
    """Something a person can mend. Its text is one sentence: what is wrong, and what to do.

    It is translated where it is shown, not where it is raised, since a worker process raises for any session.

    Args:
        text: in English, with a placeholder `{name}` for each of the `values`.

    Attributes:
        exit_code: what the command line ends with: 2 for a wrong request, 1 for a request that was right and failed.
    """

    exit_code = 2

    def __init__(self, text: str = "", /, **values: Any) -> None:
        super().__init__(text)
        self.values = values

    def __str__(self) -> str:
        return _(str(self.args[0]), **self.values)


class StoreError(LabError):
    """What is kept on disk cannot be read or written."""
