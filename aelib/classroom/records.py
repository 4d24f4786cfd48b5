"""What a server knows of its classes: a file with a table for each kind of record, and what is only kept in memory."""

from pathlib import Path

from .asking.guesses import Guesses
from .classes import Classes
from .database import ClassroomFile
from .people.attempts import Attempts
from .people.presence import Presence
from .recomputing import Checks
from .results import Results

MAX_WRONG = 10  # wrong codes and keys of one browser in a minute
MAX_WRONG_AT_ADDRESS = 60  # of one IP address, which a whole school may share


class Classroom:
    """What is known of predictions and classes. root: the folder of the store (default: home()). Raises StoreError if
    the file cannot be opened."""

    def __init__(self, root: Path | None = None) -> None:
        file = ClassroomFile(root)
        self.guesses = Guesses(file)
        self.classes = Classes(file)
        self.results = Results(file)
        self.checks = Checks(file)
        self.presence = Presence()
        self.wrong = Attempts(MAX_WRONG)
        self.wrong_at_address = Attempts(MAX_WRONG_AT_ADDRESS)
