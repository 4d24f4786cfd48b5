"""`classes`: lists the classes of a server, or deletes one."""

import argparse

from aelib.classroom.records import Classroom
from aelib.core.errors import LabError
from aelib.core.language import _

from .output import print_json, print_table


def classes(options: argparse.Namespace) -> int:
    """List the classes, or delete one. Returns the exit code. Raises LabError for an unknown code."""
    found = Classroom().classes
    if options.action == "delete":
        group = found.with_code(options.code or "")
        if group is None:
            raise LabError("There is no class with this code: `aelib classes` lists them.")
        found.delete(group)
        if options.json:
            print_json({"deleted": group.code})
        return 0
    if options.json:
        print_json(
            [
                {"code": one.code, "title": one.title, "students": count, "made": made}
                for one, count, made in found.all()
            ]
        )
    else:
        print_table(
            [(_("code"), _("students"), _("made"), _("title")), *((c.code, n, at, c.title) for c, n, at in found.all())]
        )
    return 0
