"""Update the catalogues in aelib/locale: `python -m tools.messages`; with --check, only say what is missing or unused.

Texts are found in the source and in templates: arguments of `_`, `N_` and `ngettext`, and of the calls in `DECLARES`,
which declare a record whose texts are translated where they are shown.
"""

import argparse
import ast
import io
import string
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from aelib import datasets
from aelib.core.language import ENGLISH, LANGUAGES, Language
from aelib.datasets.user import forms
from aelib.experiment import presets

ROOT = Path(__file__).parents[1]
SOURCES = ("app.py", "aelib", "pages")

# errors whose first argument is a text with placeholders; the other arguments are the values of these
ERRORS = (
    "LabError",
    "StoreError",
    "UnreadableRun",
    "Stopped",
    "Cancelled",
    "Interrupted",
    "NotServed",
    "EntryError",
    "_TooMany",
    "__init__",  # called by a subclass of one of these
)

# function -> its arguments that are texts, by position or by name
DECLARES: dict[str, tuple[int | str, ...]] = {
    "_": (0,),
    "N_": (0,),
    "Lazy": (0,),
    **dict.fromkeys(ERRORS, (0,)),
    "_damaged": (1,),
    "Words": (0,),
    "Alternative": (0,),
    "cached": (0,),
    "setting": (0, 1),
    "Form": (0, 1),
    "Page": ("title",),
    "Lesson": ("title", "about"),
    "NumberItem": ("text", "hint", "why"),
    "ChoiceItem": ("text", "hint", "why"),
    "ImageItem": ("text", "hint", "why"),
    "fact": ("text", "why"),
    "Activation": ("label",),
    "Loss": ("label",),
    "OptimizerKind": ("label",),
    "Initialization": ("label",),
    "Penalty": ("label", "about"),
    "Variance": ("label",),
    "Noise": ("label", "about"),
    "ModelKind": ("label",),
}
# names of dictionaries whose values are texts
TABLES = ("_FIELDS", "_CHOICES_OF", "KINDS", "STOPPED", "ERRORS", "COSTS")


class Text(NamedTuple):
    """A text to translate. many: its plural, if it has one; file: its path from the root."""

    one: str
    many: str | None
    file: str


def sources() -> Iterator[Path]:
    for name in SOURCES:
        path = ROOT / name
        yield from [path] if path.is_file() else sorted([*path.rglob("*.py"), *path.rglob("*.j2")])


def texts(files: Iterable[Path] | None = None) -> list[Text]:
    """All texts to translate, in the order of the files."""
    found = (_in_template(file) if file.suffix == ".j2" else _in_file(file) for file in files or sources())
    return [text for one in found for text in one] + list(_made())


def _made() -> Iterator[Text]:
    """Texts of registries that are made when they are imported."""
    for text in (text for form in forms.FORMS for text in (form.name, form.about)):
        yield Text(text, None, "aelib/datasets/user/forms.py")
    for preset in presets.PRESETS.values():
        fields = vars(preset)
        for text in (fields["title"], fields["assumed"]):
            if text:
                yield Text(text, None, "aelib/experiment/presets")
    for name, one in datasets.SETS.items():  # others depend on the files that are there
        if name in ("notmnist", "svhn", "photo_pairs"):
            continue
        for text in (one.title, one.source, one.licence):
            yield Text(text, None, f"aelib/datasets ({name})")


def _in_template(file: Path) -> Iterator[Text]:
    parsed = Environment().parse(file.read_text(encoding="utf-8"))  # noqa: S701 - nothing is rendered
    for _line, _function, found in extract_from_ast(parsed, ("_",)):
        text = found if isinstance(found, str | None) else found[0]  # a tuple where the call has values too
        if text:
            yield Text(text, None, file.relative_to(ROOT).as_posix())


def _in_file(file: Path) -> Iterator[Text]:
    name = file.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id in TABLES for target in targets):
                yield from (Text(text, None, name) for value in node.value.values if (text := _text(value)))
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "ngettext":
            one, many = (_text(argument) for argument in node.args[:2])
            if one and many:
                yield Text(one, many, name)
        for place in DECLARES.get(called, ()):
            text = _text(_argument(node, place))
            if text:
                yield Text(text, None, name)


def _argument(call: ast.Call, place: int | str) -> ast.expr | None:
    if isinstance(place, int):
        return call.args[place] if place < len(call.args) else None
    return next((keyword.value for keyword in call.keywords if keyword.arg == place), None)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def template() -> Catalog:
    """All texts without translations."""
    found = Catalog(project="aelib", charset="utf-8")
    for text in texts():
        found.add((text.one, text.many) if text.many else text.one, locations=[(text.file, 0)])
    return found


def catalogue(language: Language) -> Catalog:
    """The catalogue of a language as it is; empty if there is none."""
    header = ("Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {language.plural_forms}")
    start = 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in header)
    there = language.catalogue.read_bytes() if language.catalogue.exists() else start.encode()
    return pofile.read_po(io.BytesIO(there), locale=language.code.replace("-", "_"))


def written(found: Catalog) -> str:
    """A catalogue as text: sorted and without line numbers, so that two changes seldom conflict."""
    text = io.BytesIO()
    pofile.write_po(text, found, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return text.getvalue().decode()


def update(language: Language) -> Catalog:
    """Add new texts to a catalogue and remove those that are no longer used."""
    found = catalogue(language)
    found.update(template(), no_fuzzy_matching=True)
    found.obsolete.clear()
    found.fuzzy = False
    language.catalogue.parent.mkdir(parents=True, exist_ok=True)
    language.catalogue.write_text(_without_dates(written(found)), encoding="utf-8")
    return found


def _without_dates(text: str) -> str:
    head, gap, rest = text.partition("\n\n")
    kept = ("msgid", "msgstr", '"Language', '"Plural-Forms', '"MIME', '"Content')
    return "\n".join(line for line in head.splitlines() if line.startswith(kept)) + gap + rest


def missing(found: Catalog) -> list[str]:
    """The texts that have no translation."""
    return [_id(message) for message in found if message.id and not all(_strings(message))]


def broken(found: Catalog) -> list[str]:
    """Translations whose placeholders, or whose space at the ends, are not those of the English text."""
    return [
        _id(message)
        for message in found
        if message.id and any(text and _shape(text) != _shape(_id(message)) for text in _strings(message))
    ]


def unused(found: Catalog) -> list[str]:
    """Translations of texts that the source does not have."""
    there = {text.one for text in texts()}
    return [_id(message) for message in found if message.id and _id(message) not in there]


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def _shape(text: str) -> tuple[list[tuple[str, str | None]], int, int]:
    """The placeholders of a text with their formats, and how much space it begins and ends with."""
    try:
        parsed = [(name, form) for _, name, form, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:  # braces that are not placeholders
        parsed = []
    return sorted(parsed), len(text) - len(text.lstrip()), len(text) - len(text.rstrip())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    wrong = 0
    for language in LANGUAGES.values():
        if language.code == ENGLISH:
            continue
        found = catalogue(language) if options.check else update(language)
        faults = [f"unused: {text!r}" for text in unused(found)]
        if options.check:
            found.update(template(), no_fuzzy_matching=True)
        faults += [f"not translated: {text!r}" for text in missing(found)]
        faults += [f"broken: {text!r}" for text in broken(found)]
        print("\n".join(f"{language.code}: {fault}" for fault in faults) or f"{language.code}: complete")
        wrong += len(faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
