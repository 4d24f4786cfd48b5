"""MkDocs hook: LaTeX in ```math blocks becomes MathML, which browsers draw without a script.

GitHub draws the same blocks, so the pages can be read there too.
"""

from typing import Any

from latex2mathml.converter import convert


def on_config(config: Any) -> Any:
    fences = config["mdx_configs"].setdefault("pymdownx.superfences", {}).setdefault("custom_fences", [])
    fences.append({"name": "math", "class": "math", "format": _formula})
    return config


def _formula(source: str, *_: Any, **__: Any) -> str:
    return "".join(f'<div class="math">{convert(line, display="block")}</div>' for line in source.splitlines() if line)
