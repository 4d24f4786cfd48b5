"""Jobs, and whose turn it is."""

from pathlib import Path

from aelib.jobs import Job
from aelib.jobs.job import fair_order
from aelib.jobs.mailbox import FolderMailbox
from tests.support.trainings import BEST


def test_turns_are_taken_between_people(tmp_path: Path) -> None:
    def job(*people: str) -> Job:
        return Job((BEST,), FolderMailbox(tmp_path), set(people))

    ada1, ada2, ada3, ben1, both, cleo1 = job("ada"), job("ada"), job("ada"), job("ben"), job("ada", "ben"), job("cleo")
    assert fair_order([], [ada1]) == []
    assert fair_order([ada1, ada2, ada3, ben1], []) == [ada1, ben1, ada2, ada3]
    assert fair_order([ada2, ada3, ben1, cleo1], [ada1]) == [ben1, cleo1, ada2, ada3]
    assert fair_order([ada2, both, cleo1], [ada1]) == [both, cleo1, ada2]  # ben has waited for nothing yet
