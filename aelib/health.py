"""Whether a server can do its work: for whoever watches it from outside."""

import tempfile
from typing import TypedDict

from .jobs import Jobs


class Health(TypedDict):
    """status: "ok", or "failing" where something has to be mended; problems: one sentence each; slots: how many
    trainings run at once; running, queued: jobs; runs: in the store."""

    status: str
    problems: list[str]
    slots: int
    running: int
    queued: int
    runs: int


def check(jobs: Jobs) -> Health:
    """Looks at the jobs and writes a byte into the store. Takes milliseconds, raises nothing."""
    problems = []
    try:
        with tempfile.TemporaryFile(dir=jobs.store.root) as file:
            file.write(b".")
    except OSError as error:
        problems.append(f"The store cannot be written ({error.strerror}).")
    runs = slots = 0
    try:
        runs = jobs.store.count()
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is that the store does not work
        problems.append(f"The store cannot be read ({error}).")
    try:
        slots = jobs.slots
    except Exception as error:  # noqa: BLE001 - a cluster that is gone
        problems.append(f"Nothing can train ({error}).")
    states = [job.state for job in jobs.active()]
    return Health(
        status="failing" if problems else "ok",
        problems=problems,
        slots=slots,
        running=states.count("running"),
        queued=states.count("queued"),
        runs=runs,
    )
