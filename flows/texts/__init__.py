"""What people read, in their language: gettext catalogues, `flows/texts/<language>.po`; English is the text itself.

Numbers and dates follow the same language. `python tests/texts_kit.py` brings the catalogues up to date after a change.
"""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

HOME = Path(__file__).parent
SOURCE = "en"


def languages() -> list[str]:
    """Return the languages there are texts in."""
    return sorted({SOURCE, *(path.stem for path in HOME.glob("*.po"))})


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return a language's texts. Raises UsageError for one there are none in."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    if language == SOURCE:
        return gettext.NullTranslations()
    if language not in languages():
        raise UsageError("no such language", found=language, fix=nearest(language, languages()))
    made = BytesIO()
    with (HOME / f"{language}.po").open("rb") as file:
        write_mo(made, read_po(file))
    made.seek(0)
    return gettext.GNUTranslations(made)


def translator(language: str) -> Callable[[str], str]:
    """Return what gives an English text in a language. Raises UsageError for one there are none in."""
    return translations(language).gettext
