"""MkDocs hook: pages that live elsewhere in the repository, such as benchmarks/*.md, are part of these pages.

Links to them are written as GitHub follows them (`../../benchmarks/font.md`) and are rewritten for the site.
"""

import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
PAGES = ["SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md", "data/letters/FONTS.md"]
IMAGES = ["benchmarks/scaling.png"]
NOT_IN_NAVIGATION = "data/letters/FONTS.md"
_LINK = re.compile(r"\]\(((?:\.\./)*)((?:docs|benchmarks|data|aelib)/[^)\s]+|[A-Z]+\.md[^)\s]*)\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and images; a page of docs/ with the same name would be a mistake."""
    benchmarks = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("benchmarks/*.md"))]
    for name in [*PAGES, *benchmarks, *IMAGES]:
        file = File.generated(config, name, abs_src_path=str(ROOT / name))
        if name == NOT_IN_NAVIGATION:
            file.inclusion = file.inclusion.NOT_IN_NAV
        files.append(file)
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Rewrite links between docs/ and the rest of the repository: on the site both have the same root."""
    name = page.file.src_uri
    depth = len(PurePosixPath(name).parents) - 1
    in_docs = (ROOT / "docs" / name).is_file()

    def rewritten(found: re.Match[str]) -> str:
        ups, target = found.groups()
        if in_docs and ups.count("../") == depth + 1:
            ups = "../" * depth
        elif not in_docs and target.startswith("docs/"):
            target = target.removeprefix("docs/")
        elif not in_docs and target == "README.md":
            target = "index.md"
        return f"]({ups}{target})"

    return _LINK.sub(rewritten, markdown)
