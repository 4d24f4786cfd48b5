"""MkDocs hook: the page experiments.md, with every field and every preset as the library declares them."""

import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

PAGE = "experiments.md"
_INTRODUCTION = """# Experiments

An experiment is a complete description of a run. It is one object with the fields below. On the command line, in an
address and in Python, a field is named by its dotted path:

```bash
aelib train font-best --set optimizer.learning_rate=0.003 --set model.layers=35-64-2
```

```python
import aelib

experiment = aelib.presets.get("font-best").with_values({"optimizer.learning_rate": 0.003})
resolved = aelib.resolve(experiment)
resolved.digest
resolved.architecture.parameters
```

The fields of an experiment are checked when it is made. Whether they fit its data set is checked when it is resolved,
before it is trained. If a value is wrong, or if fields do not fit together, the error names the field, its value and
what is allowed. A field that has no effect does not change the digest, for example momentum with Adam.

"""


def on_files(files: Files, config: Any) -> Files:
    files.append(File.generated(config, PAGE, content=page()))
    return files


def page() -> str:
    """The page as Markdown."""
    root = str(Path(__file__).parents[2])
    if root not in sys.path:
        sys.path.insert(0, root)
    from aelib.experiment import Experiment, field_info, flatten, labels, presets

    rows = ["| field | meaning | allowed | default |", "| --- | --- | --- | --- |"]
    for path, default in flatten(Experiment().model_dump(mode="json")).items():
        about = field_info(path)
        allowed = (about.json_schema_extra or {}).get("allowed", "")
        cells = [f"`{path}`<br>{labels.short(path)}", about.description, _sentence(allowed), _value(default)]
        rows.append(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |")
    named = ["| preset | experiment |", "| --- | --- |"]
    named += [f"| `{name}` | {one.title} |" for name, one in presets.PRESETS.items()]
    parts = ["## Fields", "\n".join(rows), "## Presets", _PRESETS, "\n".join(named)]
    return _INTRODUCTION + "\n\n".join(parts) + "\n"


_PRESETS = (
    "A preset is an experiment with a name. Presets of a document have the name of its row in `data/results.csv`. "
    "[From the documents](lessons/documents.md) says what each document leaves out."
)


def _sentence(allowed: object) -> str:
    text = str(allowed)
    return text[:1].upper() + text[1:]


def _value(value: object) -> str:
    if value in (None, [], ""):
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{'-'.join(map(str, value))}`" if isinstance(value, list) else f"`{value}`"
