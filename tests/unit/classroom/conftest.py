"""A server's classes, and one of them."""

from pathlib import Path

import pytest

from aelib.classroom.classes import Group
from aelib.classroom.records import Classroom


@pytest.fixture
def room(tmp_path: Path) -> Classroom:
    return Classroom(tmp_path)


@pytest.fixture
def group(room: Classroom) -> Group:
    return room.classes.make("5b", "teacher")[0]
