"""Which packing a file has, told from its first bytes and never from its name."""

from __future__ import annotations

HEAD_BYTES = 10
# Packings that are read; their names are Arrow's.
_READ = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
# bz2 has a level and then always the same number, so that no text is taken for it.
_BZ2, _BZ2_BLOCK = b"BZh", b"\x31\x41\x59\x26\x53\x59"
_KNOWN = {b"PK\x03\x04": "zip", b"\xfd7zXZ\x00": "xz", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar"}


def packing(head: bytes) -> str | None:
    """Return gzip, zstd or bz2 for the first bytes of a file packed so, else None."""
    if head.startswith(_BZ2) and head[4:10] == _BZ2_BLOCK:
        return "bz2"
    return next((name for magic, name in _READ.items() if head.startswith(magic)), None)


def unread_packing(head: bytes) -> str | None:
    """Return the name of a packing that is known and not read (zip, xz, 7z, rar), else None."""
    return next((name for magic, name in _KNOWN.items() if head.startswith(magic)), None)
