"""What a job and its worker tell each other, and nonsense in its place."""

import json
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from aelib.experiment import digest_of
from aelib.jobs import JobScheduler
from aelib.jobs.mailbox import FolderMailbox, progress_from
from aelib.store import Store
from aelib.training import Picture, Progress
from tests.support.trainings import BEST


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"epoch": 3}', b"\xff\xfe", b"null"])
def test_a_progress_file_that_makes_no_sense_is_no_progress(content: bytes, threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    folder = jobs.pending_jobs.folder_of(digest_of(BEST))
    folder.mkdir(parents=True)
    (folder / "progress.json").write_bytes(content)
    assert jobs.progress(digest_of(BEST)) is None


SAID = Progress(3, 10, 0.5, 1, 32, 1.0, 2.0, [{"epoch": 1, "train_loss": 0.7}])
_json = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(some.binary(max_size=200))
def test_any_bytes_in_a_progress_file_are_no_progress(content: bytes) -> None:
    assert progress_from(content) is None


@given(some.sampled_from(sorted(SAID.__dict__)), _json)
def test_a_progress_file_with_a_field_of_another_kind_is_believed_only_where_it_makes_sense(
    name: str, value: object
) -> None:
    assert progress_from(json.dumps(SAID.__dict__).encode()) == SAID
    content = json.dumps({**SAID.__dict__, name: value}).encode()
    progress = progress_from(content)
    if progress is not None:
        assert 0 <= progress.epoch / progress.epochs <= 1
        assert timedelta(0) <= timedelta(seconds=round(progress.seconds_left))
        assert math.isfinite(progress.loss)
        assert all({"epoch", "train_loss"} <= record.keys() for record in progress.history)


@pytest.mark.parametrize("field", ["loss", "seconds", "seconds_left"])
@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400])
def test_times_and_losses_that_no_page_can_show_are_no_progress(field: str, value: float) -> None:
    assert progress_from(json.dumps({**asdict(SAID), field: value}).encode()) is None


def test_a_mailbox_gives_back_what_was_put_in(tmp_path: Path) -> None:
    mailbox = FolderMailbox(tmp_path)
    assert mailbox.latest() is None
    assert not mailbox.stop_requested()
    mailbox.report(SAID)
    assert mailbox.latest() == SAID
    seen = replace(SAID, picture=Picture.of(3, torch.rand(2, 1, 7, 5), torch.rand(2, 2)))
    mailbox.report(seen)
    assert mailbox.latest() == seen
    mailbox.clear()
    assert mailbox.latest() is None
    mailbox.request_stop()
    mailbox.clear()
    assert mailbox.stop_requested()
