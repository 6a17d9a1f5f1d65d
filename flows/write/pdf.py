"""PDF for printing: the same document as `html`, on A4. Needs the system library Pango."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from flows import documents
from schemas.errors import CallqaError

if TYPE_CHECKING:
    import pyarrow as pa

    from flows.write import Sheet

BINARY = True
CARRIES_ABOUT = True
FIX = "Install Pango (Debian and Ubuntu: libpango-1.0-0 and libpangoft2-1.0-0), or print the html from a browser."


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write the document. Raises CallqaError where Pango is missing."""
    text, count = documents.html(rows, sheet)
    sink.write(renderer()(string=text, url_fetcher=_refuse).write_pdf())
    return count


def renderer() -> Any:
    """Return what renders. Raises CallqaError where Pango is missing."""
    try:
        from weasyprint import HTML
    except OSError:
        raise CallqaError("PDF needs the system library Pango, which is not there", fix=FIX) from None
    return HTML


def _refuse(url: str, *_: Any, **__: Any) -> NoReturn:
    """Fetch nothing: a document holds all it needs."""
    raise ValueError(f"a document asked for {url}")
