"""`report`: writes runs as an HTML page, a live page, a notebook or a script."""

import argparse
from pathlib import Path

from aelib.core.errors import LabError, reason_of
from aelib.core.language import _, current, number, speaking
from aelib.store import DamagedRun, Store
from aelib.training import Run

from .output import path_of, print_json, say


def report(options: argparse.Namespace) -> int:
    """Write a report. Raises LabError for a run that cannot be opened, a file that cannot be written, or arguments that
    do not fit."""
    kind = next(name for name in ("html", "live", "notebook", "script") if getattr(options, name))
    if kind in ("live", "script") and len(options.digest) > 1:
        raise LabError("--{kind} writes one run: {count} digests were given.", kind=kind, count=len(options.digest))
    if kind == "script" and (options.title or options.notes):
        raise LabError("--script has no place for --title and --notes: leave them out.")
    path = path_of(getattr(options, kind))
    store = Store()
    runs = [_opened(store, digest) for digest in dict.fromkeys(options.digest)]
    with speaking(options.lang or current()):
        text = _text(kind, runs, options)
    try:
        path.write_text(text, encoding="utf-8")
        images = _write_images(path, runs[0]) if kind == "script" else None
    except OSError as error:
        raise LabError(
            "{path} cannot be written ({reason}): choose another place.", path=path, reason=reason_of(error)
        ) from None
    size = path.stat().st_size
    if options.json:
        print_json({"file": str(path), "kind": kind, "bytes": size, "runs": [run.digest for run in runs]})
    else:
        say(f"{path}: {number(size / 1000, ',.0f')} kB")
        if images is not None:
            kilobytes = images.stat().st_size / 1000
            say(_("{path}: the images that it loads, {size:,.0f} kB", path=images, size=kilobytes))
    return 0


def _write_images(path: Path, run: Run) -> Path | None:
    """Write the images that a script loads beside it, if they are not written into it. Raises OSError."""
    from aelib.reports.images import file_of, packed

    name = file_of(run.experiment)
    if name is None:
        return None
    (path.parent / name).write_bytes(packed(run.experiment.dataset))
    return path.parent / name


def _text(kind: str, runs: list[Run], options: argparse.Namespace) -> str:
    """The content of the file. The report modules are imported here, since no other command needs them."""
    if kind == "html":
        from aelib.reports.html import page

        return page(runs, options.title, options.notes)
    if kind == "live":
        from aelib.reports.live_page import live_page

        return live_page(runs[0], options.title, options.notes)
    if kind == "notebook":
        from aelib.reports.notebook import notebook

        return notebook(runs, options.title, options.notes)
    from aelib.reports.script import script

    return script(runs[0].experiment)


def _opened(store: Store, digest: str) -> Run:
    try:
        run = store.get(digest)
    except DamagedRun as damaged:
        raise LabError(damaged.text) from None  # there is nothing to report, so this is a wrong argument: exit code 2
    if run is None:
        raise LabError("There is no run {digest!r}: see `runs list`.", digest=digest[:60])
    return run
