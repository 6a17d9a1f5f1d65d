"""YAML as we accept it: one document, YAML 1.2 types (`no`, `12:30` and `0123` stay texts), no aliases, at most 1 MB.

Returns plain dicts and lists together with a function that tells where each key stands, so that errors can say
file:line:column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from schemas.errors import UsageError, Where

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
_INT, _FLOAT, _BOOL, _NULL = (f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))


@dataclass
class Document:
    """The content of one YAML file and the place of every key in it."""

    file: Path | str
    value: Any = None
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def where(self, key: str) -> Where:
        """Return the place of a dotted key (`sections.0.id`), or of the nearest key around it."""
        probe = key
        while probe and probe not in self.places:
            probe = probe.rpartition(".")[0]
        line, column = self.places.get(probe, (None, None))
        return Where(self.file, line=line, column=column, field=key or None)


def load(path: Path, error: type[UsageError] = UsageError) -> Document:
    """Read one YAML file. Raises `error` with file, line and column for anything outside the accepted YAML."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise error(f"cannot read: {problem.strerror}", where=Where(path), fix="Check the path.") from None
    return parse(content, path, error)


def parse(content: bytes, name: Path | str, error: type[UsageError] = UsageError) -> Document:
    """Parse the bytes of a YAML file called `name`; see `load`."""
    if len(content) > MAX_BYTES:
        raise error("too large", where=Where(name), found=f"{len(content)} bytes", expected=f"at most {MAX_BYTES}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise error("not UTF-8", where=Where(name), found=f"byte {problem.start}", fix="Save it as UTF-8.") from None
    document = Document(name)
    try:
        _look_ahead(text, name, error)
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        spot = Where(name, mark.line + 1, mark.column + 1) if mark else Where(name)
        what = str(problem.problem or problem.context)
        line = text.splitlines()[spot.line - 1] if spot.line and spot.line <= len(text.splitlines()) else ""
        raise error(f"not valid YAML: {what}", where=spot, found=line.strip() or None, fix=_hint(what, line)) from None
    except (YAMLError, RecursionError, ValueError) as problem:
        raise error(f"not valid YAML: {type(problem).__name__}", where=Where(name)) from None
    if node is not None:
        document.value = _plain(node, "", document, error)
    return document


def _look_ahead(text: str, name: Path | str, error: type[UsageError]) -> None:
    """Refuse aliases, and nesting before it costs anything: the parser's time grows with the square of the depth."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        mark = event.start_mark
        if isinstance(event, AliasEvent):
            raise error(
                "aliases are not accepted",
                where=Where(name, mark.line + 1, mark.column + 1),
                found=f"*{event.anchor}",
                fix="Write the value out; a text that begins with * goes in quotes.",
            )
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            where = Where(name, mark.line + 1, mark.column + 1)
            raise error("nested too deeply", where=where, expected=f"at most {MAX_DEPTH} levels")


def _hint(what: str, line: str) -> str | None:
    """Return what to do about the mistakes that are made most, from the parser's words and the line it stopped at."""
    if "\t" in line:
        return "Replace the tab by spaces."
    if "escape" in what:
        return "In double quotes a \\ begins an escape: use 'single quotes'."
    if "mapping values" in what:
        return "Put a text that holds `: ` in quotes; else look at the indentation."
    if "start any token" in what:
        return "Put a text that begins with such a sign in quotes."
    if "while scanning" in what or "quoted" in what or "end of stream" in what or "',' or" in what:
        return "Close the quotes and brackets."
    if "could not find" in what:
        return "This line or the one above lacks a colon, or the space after it."
    if "block end" in what or "block mapping" in what or "block collection" in what:
        return "Indent it as far as the keys beside it."
    return None


def _plain(node: Node, path: str, document: Document, error: type[UsageError]) -> Any:
    here = Where(document.file, node.start_mark.line + 1, node.start_mark.column + 1, path or None)
    document.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, ScalarNode):
        return _scalar(node, here, error)
    if isinstance(node, SequenceNode):
        return [_plain(item, _join(path, str(at)), document, error) for at, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        mark = key_node.start_mark
        spot = Where(document.file, mark.line + 1, mark.column + 1, path or None)
        if not isinstance(key_node, ScalarNode):
            raise error("a key must be a text", where=spot)
        key = str(key_node.value)
        if key in out:
            raise error("key stands twice", where=spot, found=key, fix="Remove one of them.")
        document.places[_join(path, key)] = (mark.line + 1, mark.column + 1)
        out[key] = _plain(value_node, _join(path, key), document, error)
    return out


def _scalar(node: ScalarNode, here: Where, error: type[UsageError]) -> Any:
    text, tag = str(node.value), str(node.tag)
    if node.style is not None or tag.endswith((":str", ":timestamp")):
        return text
    if tag == _NULL:
        return None
    if tag == _BOOL:
        return text.lower() == "true"
    if tag == _INT:  # 0123, 0x1f, 0o7 and 1_000 are codes as often as numbers: they stay texts
        return int(text) if re.fullmatch(r"[+-]?(0|[1-9][0-9]*)", text) else text
    if tag == _FLOAT:
        return float(text) if re.fullmatch(r"[+-]?[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?", text) else text
    raise error("unknown YAML tag", where=here, found=tag)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
