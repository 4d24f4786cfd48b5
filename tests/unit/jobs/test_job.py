"""Jobs, and whose turn it is."""

import pickle
from pathlib import Path

from aelib.core.language import speaking
from aelib.jobs import Job
from aelib.jobs.job import fair_order
from aelib.jobs.mailbox import FolderMailbox
from aelib.training import Diverged
from tests.support.trainings import BEST


def test_turns_are_taken_between_people(tmp_path: Path) -> None:
    def job(*people: str) -> Job:
        return Job((BEST,), FolderMailbox(tmp_path), set(people))

    ada1, ada2, ada3, ben1, both, cleo1 = job("ada"), job("ada"), job("ada"), job("ben"), job("ada", "ben"), job("cleo")
    assert fair_order([], [ada1]) == []
    assert fair_order([ada1, ada2, ada3, ben1], []) == [ada1, ben1, ada2, ada3]
    assert fair_order([ada2, ada3, ben1, cleo1], [ada1]) == [ben1, cleo1, ada2, ada3]
    assert fair_order([ada2, both, cleo1], [ada1]) == [both, cleo1, ada2]  # ben has waited for nothing yet


def test_why_a_job_ended_is_in_the_language_of_who_reads_it(tmp_path: Path) -> None:
    job = Job((BEST,), FolderMailbox(tmp_path))
    job.why = pickle.loads(pickle.dumps(Diverged(BEST, 1234).text))  # a worker sends it from another process
    assert job.reason.startswith("The loss was no longer a finite number at epoch 1,234, so training stopped")
    with speaking("es"):
        assert job.reason.startswith("La pérdida dejó de ")
        assert "en la época 1.234, así que" in job.reason
    with speaking("pt-BR"):
        assert job.reason.startswith("A perda deixou de ")
    job.why = "It took longer than the 60 s that this server allows."  # a worker of an earlier version
    with speaking("es"):
        assert job.reason == "It took longer than the 60 s that this server allows."
