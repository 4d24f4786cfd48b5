"""`runs`: lists and manages the runs in the store."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.store import DamagedRun, Store, outcome_text

from .output import path_of, print_json, print_table

if TYPE_CHECKING:
    from aelib.store import archive
    from aelib.training import Run

    from . import train
else:
    archive, train = lazy("aelib.store.archive"), lazy("aelib.cli.train")

MAX_DAYS = 36_500


def runs(options: argparse.Namespace) -> int:
    """Perform an action of ACTIONS on the store. Returns the exit code. Raises LabError, also for an argument that the
    action does not use: nobody must believe that it has counted."""
    for name, written in ARGUMENTS.items():
        if getattr(options, name) not in (None, False) and name not in USES.get(options.action, ()):
            given = f"{written} ({getattr(options, name)[:60]!r})" if name in ("digest", "file") else written
            raise LabError(f"runs {options.action} does not use {given}: leave it out.")
    return ACTIONS[options.action](Store(), options)


def _list(store: Store, options: argparse.Namespace) -> int:
    rows = store.summaries()
    if options.json:
        print_json(rows)
    elif not rows:
        print("No runs yet: python -m aelib train font-best")
    else:
        print_table(
            [("digest", "created", "data set", "layers", "result", "parameters", "epochs", "seconds")]
            + [
                (
                    row["digest"],
                    row["created"],
                    row["dataset"],
                    row["architecture"],
                    outcome_text(row),
                    row["parameters"],
                    row["epochs"],
                    f"{row['seconds']:.2f}",
                )
                for row in rows
            ]
        )
    return 0


def _asked(store: Store, options: argparse.Namespace) -> Run:
    if not options.digest:
        raise LabError(f"runs {options.action} needs the digest of a run: see `runs list`.")
    run = store.get(options.digest)
    if run is None:
        raise LabError(f"There is no run {options.digest[:60]!r}: see `runs list`.")
    return run


def _export(store: Store, options: argparse.Namespace) -> int:
    run = _asked(store, options)
    path = path_of(options.file or archive.file_name(run))
    content = archive.to_zip(run)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise LabError(f"{path} cannot be written ({error.strerror}): choose another FILE.") from None
    if options.json:
        print_json({"digest": run.digest, "file": str(path), "bytes": len(content)})
    else:
        print(f"{path}: {len(content):,} bytes")
    return 0


def _import(store: Store, options: argparse.Namespace) -> int:
    if not options.digest:
        raise LabError("runs import needs a FILE that `runs export` or a lesson has written.")
    path = path_of(options.digest)
    try:
        if path.stat().st_size > archive.MAX_ARCHIVE:
            raise LabError(f"{path} is too large for a run: at most {archive.MAX_ARCHIVE:,} bytes are read.")
        content = path.read_bytes()
    except OSError as error:
        raise LabError(f"{path} cannot be read ({error.strerror}): give an existing file.") from None
    run, new = archive.import_zip(content, store)
    if options.json:
        print_json({"digest": run.digest, "kept": new, "dataset": run.experiment.dataset, "metrics": run.metrics})
    else:
        print(f"{run.digest}: {'stored' if new else 'already in the store'}, {outcome_text(run.metrics)}")
    return 0


def _show(store: Store, options: argparse.Namespace) -> int:
    run = _asked(store, options)
    document = {
        "cached": True,
        "seconds": run.seconds,
        **train.run_document(run),
        "created": run.created,
        "versions": run.versions,
    }
    if options.json:
        print_json({**document, "history": run.history})
    else:
        train.print_result(document, [run])
        print(run.experiment.to_json())
    return 0


def _verify(store: Store, options: argparse.Namespace) -> int:
    """Exit code 1 if a run is damaged or cannot be read."""
    found = dict(store.verify())
    problems = {digest: problem for digest, problem in found.items() if problem is not None}
    damaged = [
        {"digest": digest, "problem": one.what} for digest, one in problems.items() if isinstance(one, DamagedRun)
    ]
    unread = [
        {"digest": digest, "problem": str(one)} for digest, one in problems.items() if not isinstance(one, DamagedRun)
    ]
    if options.json:
        print_json({"runs": len(found), "damaged": damaged, "unreadable": unread})
    else:
        for row in damaged:
            print(f"{row['digest']}: {row['problem']}")
        for row in unread:
            print(row["problem"])
        print(f"{len(found)} runs, {len(damaged)} damaged{f', {len(unread)} that cannot be read now' * bool(unread)}")
    return 1 if damaged or unread else 0


def _prune(store: Store, options: argparse.Namespace) -> int:
    if options.keep is None and options.older_than is None and options.max_mb is None and not options.damaged:
        raise LabError("runs prune needs a rule: --keep N, --older-than DAYS, --max-mb N or --damaged.")
    for name in ("keep", "older_than", "max_mb"):
        value, largest = getattr(options, name), MAX_DAYS if name == "older_than" else 1e12
        if value is not None and not 0 <= value <= largest:
            raise LabError(f"--{name.replace('_', '-')} is {value}: give a number from 0 to {largest:,.0f}.")
    removed = store.prune(
        keep=options.keep,
        older_than_days=options.older_than,
        max_bytes=None if options.max_mb is None else int(options.max_mb * 1_000_000),
        damaged=options.damaged,
        dry_run=options.dry_run,
    )
    if options.json:
        print_json({"removed": [] if options.dry_run else removed, "would_remove": removed})
    else:
        print(f"{'would remove' if options.dry_run else 'removed'} {len(removed)} runs")
        for digest in removed:
            print(digest)
    return 0


ARGUMENTS = {  # of the parser -> as they are written
    "digest": "DIGEST",
    "file": "FILE",
    "keep": "--keep",
    "older_than": "--older-than",
    "max_mb": "--max-mb",
    "damaged": "--damaged",
    "dry_run": "--dry-run",
}
USES = {
    "show": ("digest",),
    "export": ("digest", "file"),
    "import": ("digest",),
    "prune": ("keep", "older_than", "max_mb", "damaged", "dry_run"),
}
ACTIONS = {"list": _list, "show": _show, "verify": _verify, "prune": _prune, "export": _export, "import": _import}
