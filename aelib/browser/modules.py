"""The ES modules of engine/ as texts, for a page that has no server to load them from."""

import functools
import re
from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

FOLDER = Path(__file__).parent / "engine"
_IMPORT = re.compile(r'from "\./(\w+\.js)"')


@functools.cache
def modules() -> tuple[tuple[str, str], ...]:
    """(file name, text) of every module, each after those that it imports.

    A page creates a blob address for each module, in this order, and replaces the names in the imports by these
    addresses; it needs nothing else (see `LINK`).
    """
    return _ordered({path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.js"))})


@functools.cache
def forward_modules() -> tuple[tuple[str, str], ...]:
    """The modules of `TrainedNet`, in the form of `modules`."""
    return engine_modules("forward.js")


@functools.cache
def engine_modules(*entries: str) -> tuple[tuple[str, str], ...]:
    """These modules of the engine and all that they import, in the form of `modules`. Raises KeyError."""
    return needed(entries, {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js")})


def needed(entries: Sequence[str], sources: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The modules `entries` and all that they import, in the form of `modules`.

    sources: file name -> text; Raises KeyError if one of them is missing.
    """
    found: dict[str, str] = {}
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = sources[name]
            waiting += _IMPORT.findall(found[name])
    return _ordered(found)


_NAMED = re.compile(r'^import \{([^}]*)\} from "\./(\w+\.js)";', re.MULTILINE)
_WHOLE = re.compile(r'^import \* as (\w+) from "\./(\w+\.js)";', re.MULTILINE)
_EXPORTED = re.compile(r"^export (?=(?:const|let|function|async function|class) (\w+))", re.MULTILINE)


def bundled(parts: Sequence[tuple[str, str]]) -> str:
    """Modules, in the form of `modules`, as one script without addresses, for a file that is opened without a server.
    Each becomes a function of its own, so that names do not collide."""
    script = ["const modules = {};"]
    for name, text in parts:
        exported = _EXPORTED.findall(text)
        body = _EXPORTED.sub("", text)
        body = _NAMED.sub(lambda found: f'const {{{found[1]}}} = modules["{found[2]}"];', body)
        body = _WHOLE.sub(lambda found: f'const {found[1]} = modules["{found[2]}"];', body)
        script.append(f'modules["{name}"] = (() => {{\n{body}\nreturn {{ {", ".join(exported)} }};\n}})();')
    return "\n".join(script)


def _ordered(texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    order = TopologicalSorter({name: _IMPORT.findall(text) for name, text in texts.items()}).static_order()
    return tuple((name, texts[name]) for name in order)


# JavaScript: (modules) => {file name: address}, for import() and for workers.
LINK = """(modules) => {
  const addresses = {};
  for (const [name, text] of modules) {
    const linked = text.replace(/from "\\.\\/(\\w+\\.js)"/g, (_, other) => `from "${addresses[other]}"`);
    addresses[name] = URL.createObjectURL(new Blob([linked], { type: "text/javascript" }));
  }
  return addresses;
}"""
