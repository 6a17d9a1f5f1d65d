"""FreeSWITCH call legs by mod_xml_cdr: one XML document a file. See docs/sources/freeswitch_xml.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import numpy as np
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from flows.reading import freeswitch, freeswitch_document
from flows.reading.blocks import Span, Window
from flows.reading.freeswitch_document import Document, add
from flows.reading.json_pick import Misfit
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from xml.etree.ElementTree import Element

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

ABOUT = freeswitch_document.about("FreeSWITCH call legs as XML", streams=False)
Settings = freeswitch_document.Settings


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    made = build(Settings, raw, where, error=ConfigError)
    freeswitch.check(made, where)
    return made


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the leg of a file as a row of `call_record`, or as a reject. A file longer than a record may be is one."""
    with file.path.open("rb") as handle:
        window = Window(handle, file)
        while not window.final and len(window.data) <= file.record_bytes:
            window.grow()
        span = Span(window.data, np.array([0]), np.array([len(window.data)]), np.array([1]), window.at)
        yield freeswitch_document.chunk(span, _document, settings, file)


def _document(data: bytes) -> Document:
    root = _parsed(data)
    variables = root.find("variables")
    if root.tag != "cdr" or variables is None:
        raise Misfit("not_a_leg", root.tag[:50], "an element `cdr` with `variables`")
    out: Document = {}
    for one in variables:
        if one.tag not in freeswitch.PROFILE and one.tag != "direction":
            add(out, one.tag, one.text)
    add(out, "direction", root.findtext("channel_data/direction") or variables.findtext("direction"))
    flows = root.findall("callflow")  # the oldest stands last; the others follow transfers
    for name in freeswitch.PROFILE:
        first = flows[-1].findtext(f"caller_profile/{name}") if flows else None
        add(out, name, first or variables.findtext(name))
    return out


def _parsed(data: bytes) -> Element:
    try:
        root: Element = fromstring(data)
    except ParseError as problem:
        raise Misfit("not_well_formed", _place(problem), "XML; values encoded (`encode-values`)") from None
    except DefusedXmlException as problem:
        raise Misfit("forbidden_xml", type(problem).__name__, "XML without entities and document types") from None
    except (ValueError, LookupError) as problem:  # an encoding nobody knows, or a byte 0
        raise Misfit("not_well_formed", str(problem)[:200], "XML in UTF-8") from None
    return root


def _place(problem: Any) -> str:
    return str(problem)[:200]
