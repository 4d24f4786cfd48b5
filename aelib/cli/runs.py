"""`runs`: lists and manages the runs in the store."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from aelib.core.errors import LabError, reason_of
from aelib.core.language import N_, _, number
from aelib.core.lazy import lazy
from aelib.store import DamagedRun, Store, outcome_text

from .output import path_of, print_json, print_table

if TYPE_CHECKING:
    from aelib.store import archive
    from aelib.training import Run

    from . import results, train
else:
    archive, train, results = lazy("aelib.store.archive"), lazy("aelib.cli.train"), lazy("aelib.cli.results")

MAX_DAYS = 36_500
COLUMNS = (
    N_("digest"),
    N_("created"),
    N_("data set"),
    N_("layers"),
    N_("result"),
    N_("parameters"),
    N_("epochs"),
    N_("seconds"),
)


def runs(options: argparse.Namespace) -> int:
    """Perform an action of ACTIONS on the store. Returns the exit code. Raises LabError, also for an argument that the
    action does not use, so that nobody believes that it had an effect."""
    for name, written in ARGUMENTS.items():
        if getattr(options, name) not in (None, False) and name not in USES.get(options.action, ()):
            given = f"{written} ({getattr(options, name)[:60]!r})" if name in ("digest", "file") else written
            raise LabError("runs {action} does not use {given}: leave it out.", action=options.action, given=given)
    return ACTIONS[options.action](Store(), options)


def _list(store: Store, options: argparse.Namespace) -> int:
    rows = store.summaries()
    if options.json:
        print_json(rows)
    elif not rows:
        print(_("No runs yet: python -m aelib train font-best"))
    else:
        print_table(
            [tuple(map(_, COLUMNS))]
            + [
                (
                    row["digest"],
                    row["created"],
                    row["dataset"],
                    row["architecture"],
                    outcome_text(row),
                    row["parameters"],
                    row["epochs"],
                    number(row["seconds"], ".2f"),
                )
                for row in rows
            ]
        )
    return 0


def _asked(store: Store, options: argparse.Namespace) -> Run:
    if not options.digest:
        raise LabError("runs {action} needs the digest of a run: see `runs list`.", action=options.action)
    run = store.get(options.digest)
    if run is None:
        raise LabError("There is no run {digest!r}: see `runs list`.", digest=options.digest[:60])
    return run


def _export(store: Store, options: argparse.Namespace) -> int:
    run = _asked(store, options)
    path = path_of(options.file or archive.file_name(run))
    content = archive.to_zip(run)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise LabError(
            "{path} cannot be written ({reason}): choose another FILE.", path=path, reason=reason_of(error)
        ) from None
    if options.json:
        print_json({"digest": run.digest, "file": str(path), "bytes": len(content)})
    else:
        print(_("{path}: {size:,} bytes", path=path, size=len(content)))
    return 0


def _import(store: Store, options: argparse.Namespace) -> int:
    if not options.digest:
        raise LabError("runs import needs a FILE that `runs export` or a lesson has written.")
    path = path_of(options.digest)
    try:
        if path.stat().st_size > archive.MAX_ARCHIVE:
            raise LabError(
                "{path} is too large for a run: at most {most:,} bytes are read.", path=path, most=archive.MAX_ARCHIVE
            )
        content = path.read_bytes()
    except OSError as error:
        raise LabError(
            "{path} cannot be read ({reason}): give an existing file.", path=path, reason=reason_of(error)
        ) from None
    run, new = archive.import_zip(content, store)
    if options.json:
        print_json({"digest": run.digest, "kept": new, "dataset": run.experiment.dataset, "metrics": run.metrics})
    else:
        print(f"{run.digest}: {_('stored') if new else _('already in the store')}, {outcome_text(run.metrics)}")
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
        results.print_result(document, [run])
        print(run.experiment.to_json())
    return 0


def _verify(store: Store, options: argparse.Namespace) -> int:
    """Exit code 1 if a run is damaged or cannot be read."""
    found = dict(store.verify())
    problems = {digest: problem for digest, problem in found.items() if problem is not None}
    damaged = [
        {"digest": digest, "problem": str(one.what)} for digest, one in problems.items() if isinstance(one, DamagedRun)
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
        counts = {"count": len(found), "damaged": len(damaged), "unread": len(unread)}
        text = N_("{count} runs, {damaged} damaged")
        print(_(N_("{count} runs, {damaged} damaged, {unread} that cannot be read now") if unread else text, **counts))
    return 1 if damaged or unread else 0


def _prune(store: Store, options: argparse.Namespace) -> int:
    if options.keep is None and options.older_than is None and options.max_mb is None and not options.damaged:
        raise LabError("runs prune needs a rule: --keep N, --older-than DAYS, --max-mb N or --damaged.")
    for name in ("keep", "older_than", "max_mb"):
        value, largest = getattr(options, name), MAX_DAYS if name == "older_than" else 1e12
        if value is not None and not 0 <= value <= largest:
            raise LabError(
                "--{name} is {value}: give a number from 0 to {most:,.0f}.",
                name=name.replace("_", "-"),
                value=value,
                most=largest,
            )
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
        text = N_("would remove {count} runs") if options.dry_run else N_("removed {count} runs")
        print(_(text, count=len(removed)))
        for digest in removed:
            print(digest)
    return 0


ARGUMENTS = {  # name in the parser -> as it is written on the command line
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
