"""Numbers in braces or brackets as a tree of groups, with names from comments and strings: the content of a table in C,
Python or JavaScript, ignoring the code around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user import glyphs

FORM = Lazy("a table of numbers in braces")
MAX_DEPTH = 6

_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/|\#(?!\s*define\b|\s*include\b|\s*if|\s*endif|\s*pragma)[^\n]*)"
    r"|(?P<directive>^[ \t]*\#[^\n]*)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<open>[{\[])|(?P<close>[}\]])"
    r"|(?P<number>(?<![\w.])(?:0[xX][0-9a-fA-F]+|0?[bB][01]+|[0-9]+)(?:[uUlL]{0,3})(?![\w.]))"
    r"|(?P<truth>\b(?:true|false)\b)"
    r"|(?P<line>\n)|(?P<equals>=(?!=))",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_CODE = re.compile(
    r"^(?:(?:code|char|ascii|index)?\s*(?:0[xX][0-9a-fA-F]+|U\+[0-9a-fA-F]+|#?\d+)\b\s*[:,;=.)-]*\s*)+", re.I
)


class Number(NamedTuple):
    """A number, below 2**64, its text, and the line number."""

    value: int
    text: str
    line: int


@dataclass
class Group:
    """The content between two braces or brackets."""

    line: int
    bracket: bool = False
    groups: list[Group] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    name: str = ""
    end: int = 0


def tree(text: str) -> Group:
    """The groups of a text. Raises LabError if braces do not match."""
    whole = Group(0)
    open_groups = [whole]
    line, last, pending = 1, None, ""
    python = "{" not in text or "#define" not in text
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found.group()
        if kind == "comment" and (token[0] != "#" or python):
            said = name_in(token.strip("/*# \t\n\r"))
            if last is not None and last.end == line and said:
                last.name = said  # after a group, on the same line
            elif said:
                pending = said
        elif kind == "text":
            if len(open_groups) > 1 and (row := re.fullmatch(r"[#.01]{3,32}", token[1:-1])):
                drawn = row[0].replace("#", "1").replace(".", "0")
                open_groups[-1].numbers.append(Number(int(drawn, 2), "0b" + drawn, line))
            else:
                pending = _unquoted(token) or pending
        elif kind == "open":
            group = Group(line, found["open"] == "[", name=pending)
            pending, last = "", None
            open_groups[-1].groups.append(group)
            open_groups.append(group)
            if len(open_groups) > MAX_DEPTH:
                raise LabError(
                    "This seems to be {form}, but line {line} is too deep in braces: give one font only.",
                    form=FORM,
                    line=line,
                )
        elif kind == "close":
            if len(open_groups) == 1:
                if open_groups[0].groups:
                    continue  # the bracket of a dimension, such as [7]
                raise LabError(
                    "This seems to be {form}, but line {line} closes braces that none opened: check it.",
                    form=FORM,
                    line=line,
                )
            last = open_groups.pop()
            last.end = line
            if last.bracket and not last.groups and len(last.numbers) <= 1 and open_groups[-1].groups:
                # `['a'] = {...}`, `[0x41] = {...}` or `new int[] {...}`: the bracket may name the group that follows
                open_groups[-1].groups.pop()
                pending, last = pending or last.name or "".join(one.text for one in last.numbers), None
        elif kind == "truth" and len(open_groups) > 1:
            open_groups[-1].numbers.append(
                Number(int(token.lower() == "true"), str(int(token.lower() == "true")), line)
            )
        elif kind == "number" and len(open_groups) > 1:
            open_groups[-1].numbers.append(_number(token, line))
        line += token.count("\n")
        if kind == "line" and last is not None and last.end < line - 1:
            last = None
    if len(open_groups) > 1:
        raise LabError(
            "This seems to be {form}, but the braces opened in line {line} are never closed: the file was cut off, "
            "give all of it.",
            form=FORM,
            line=open_groups[1].line,
        )
    return whole


def name_in(comment: str) -> str:
    """The name of a glyph in a comment: "0x60, up" gives up; a comment with only a code gives that code."""
    said = _CODE.sub("", comment).strip(" ,;:\t")
    said = said[1:-1] if len(said) == 3 and said[0] == said[2] and said[0] in "'\"`" else said
    return (said or comment).strip()[: glyphs.MAX_NAME]


def _unquoted(token: str) -> str:
    return token[1:-1].replace("\\\\", "\\").replace("\\'", "'").replace('\\"', '"')


def _number(token: str, line: int) -> Number:
    text = token.rstrip("uUlL")
    low = text.lower()
    if len(low) > 40:
        raise LabError(
            "This is {form}, but line {line} has the number {number}...: give at most 64 bits.",
            form=FORM,
            line=line,
            number=text[:20],
        )
    if low.startswith("0x"):
        value = int(low, 16)
    elif "b" in low:
        value = int(low.partition("b")[2], 2)
    elif len(low) >= 3 and set(low) <= {"0", "1"}:
        return Number(int(low, 2), "0b" + low, line)  # 01110 is five pixels, although C would read an octal number
    else:
        value = int(low)
    if value >= 1 << 64:
        raise LabError(
            "This is {form}, but line {line} has the number {number}: give at most 64 bits.",
            form=FORM,
            line=line,
            number=text[:20],
        )
    return Number(value, low, line)


def leaves(group: Group) -> Iterator[Group]:
    if group.numbers:
        yield group
    for one in group.groups:
        yield from leaves(one)
