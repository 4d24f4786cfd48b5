"""The errors that reach a person."""


class LabError(Exception):
    """Something a person can mend. Its text is one sentence: what is wrong, and what to do."""


class StoreError(LabError):
    """What is kept on disk cannot be read or written."""
