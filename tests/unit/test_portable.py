"""Nothing asks for what only Linux has, unless it says what happens elsewhere. The check-list that goes with it, for what
only a person with the machine can see: docs/operations.md, "Windows and macOS"."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aelib.store import Store
from aelib.training import fit
from tests.support.trainings import BEST

ROOT = Path(__file__).parents[2]
SHIPPED = sorted([*ROOT.glob("aelib/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py", ROOT / "server.py"])
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios"}
# attributes of os, signal and time that Windows or macOS lacks
NAMES = {
    *("fork", "forkpty", "getgid", "getloadavg", "getpgid", "getpriority", "getuid", "killpg", "mkfifo", "nice"),
    *("posix_fadvise", "sched_getaffinity", "sched_setaffinity", "setpriority", "setsid", "statvfs", "sysconf", "uname"),
    *("SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "pause", "tzset"),
}  # fmt: skip
SYSTEM_PATH = re.compile(r"^/(proc|sys|tmp|dev|etc|usr|var|home|run)(/|$)")
BAD = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)', re.IGNORECASE)  # of Windows


def _with_parents(tree: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Every node, with those around it, the outermost first."""
    left: list[tuple[ast.AST, list[ast.AST]]] = [(tree, [])]
    while left:
        node, above = left.pop()
        yield node, above
        left += [(child, [*above, node]) for child in ast.iter_child_nodes(node)]


def _guarded(above: list[ast.AST]) -> bool:
    """Whether the code around says what happens where it is not there: try, suppress, or a question to the system in the
    same function."""
    functions = [one for one in above if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = ast.unparse(functions[-1]) if functions else ""
    return (
        any(isinstance(one, ast.Try) for one in above)
        or any(isinstance(one, ast.With) and "suppress(" in ast.unparse(one.items[0]) for one in above)
        or "sys.platform" in inside
        or "hasattr(os" in inside
    )


def _suspect(node: ast.AST, above: list[ast.AST]) -> str | None:
    """What is wrong with one node of a program, or None."""
    match node:
        case ast.Import(names=names) if found := MODULES & {one.name.partition(".")[0] for one in names}:
            return None if _guarded(above) else f"import {found.pop()}"
        case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
            return None if _guarded(above) else f"from {module}"
        case ast.Attribute(value=ast.Name(id="os" | "signal" | "time" as of), attr=name) if name in NAMES:
            return None if _guarded(above) else f"{of}.{name}"
        case ast.Attribute(value=ast.Name(id="os"), attr="path" | "sep" as name):
            return f"os.{name}: use pathlib"
        case ast.Attribute(value=ast.Name(id="os"), attr="rename" as name):
            return f"os.{name}: use Path.replace, which Windows lets replace a file"
        case ast.Constant(value=str(text)) if SYSTEM_PATH.match(text):
            # a constant of the module is judged where it is used
            used = not any(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) for one in above)
            return None if (used and text.startswith("/sys/fs/cgroup")) or _guarded(above) else f"{text!r}"
    return None


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("import fcntl", 1),
        ("try:\n    import fcntl\nexcept ImportError:\n    fcntl = None", 0),
        ("def f():\n    os.kill(1, signal.SIGKILL)", 1),
        ("def f():\n    os.nice(1)", 1),
        ("def f():\n    if hasattr(os, 'nice'):\n        os.nice(1)", 0),
        ("def f():\n    return open('/tmp/x')", 1),
        ("def f():\n    with suppress(OSError):\n        return open('/proc/cpuinfo')", 0),
        ("def f():\n    return os.path.join('a', 'b')", 1),
    ],
)
def test_suspects_are_found(code: str, wrong: int) -> None:
    assert len([1 for node, above in _with_parents(ast.parse(code)) if _suspect(node, above)]) == wrong


def test_nothing_is_only_of_one_system() -> None:
    found = []
    for path in SHIPPED:
        for node, above in _with_parents(ast.parse(path.read_text(encoding="utf-8"))):
            if problem := _suspect(node, above):
                found.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {problem}")
    assert found == []


def test_every_file_of_the_repository_can_be_checked_out_anywhere() -> None:
    """Names that Windows has no files of, and names that differ in capitals only, which it and macOS take for one."""
    folders = ("aelib", "pages", "data", "docs", "tests", "benchmarks")
    names = [path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*")]
    assert [name for name in names if any(BAD.search(part) for part in name.parts)] == []
    lower = [str(name).lower() for name in names]
    assert len(lower) == len(set(lower))
    assert max(map(len, lower)) < 150, "Windows allows 260 characters, the folder of the checkout included"


def test_what_a_run_writes_has_names_that_windows_allows(home: Path) -> None:
    Store().save(fit(BEST.with_values({"epochs": 2}), "cpu"))
    written = [path.relative_to(home) for path in home.rglob("*")]
    assert written
    assert [name for name in written if any(BAD.search(part) for part in name.parts)] == []
