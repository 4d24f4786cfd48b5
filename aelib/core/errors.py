"""The errors that reach a person."""


class LabError(Exception):
    """Something a person can mend. Its text is one sentence: what is wrong, and what to do.

    Attributes:
        exit_code: what the command line ends with: 2 for a wrong request, 1 for a request that was right and failed.
    """

    exit_code = 2


class StoreError(LabError):
    """What is kept on disk cannot be read or written."""
