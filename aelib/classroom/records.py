"""The records of a server: one file, a table for each kind of record."""

from pathlib import Path

from .database import ClassroomFile
from .guesses import Guesses


class Classroom:
    """What is known of predictions and classes. root: the folder of the store (default: home()). Raises StoreError if
    the file cannot be opened."""

    def __init__(self, root: Path | None = None) -> None:
        file = ClassroomFile(root)
        self.guesses = Guesses(file)
