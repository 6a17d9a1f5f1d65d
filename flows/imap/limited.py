"""The standard library's IMAP client with limits.

It believes the server: it would read a literal of any announced length into memory, and wait for an endless line. Here
every answer has a number of bytes and of seconds it may take.
"""

from __future__ import annotations

import imaplib
import time
from typing import Any, BinaryIO

COMMAND_SECONDS = 600  # for one command and its whole answer
LINE_BYTES = 1 << 20
SMALL = 1 << 20  # bytes of an answer that has nothing much to say
_PIECE = 1 << 16


class _Limited:
    """Counts the bytes of every answer, and its seconds."""

    sock: Any
    _of: Any = None
    _stream: BinaryIO
    _room = SMALL
    _until = float("inf")

    def allow(self, room: int) -> None:
        """Begin a new answer of at most that many bytes."""
        self._room, self._until = room, time.monotonic() + COMMAND_SECONDS

    def readline(self) -> bytes:
        line = bytearray()
        while not line.endswith(b"\n"):
            seen = self._buffered().peek(1)  # type: ignore[attr-defined]
            piece = self._take(min(seen.find(b"\n") + 1 or len(seen), LINE_BYTES))
            line += piece
            if not piece:
                break
            if len(line) > LINE_BYTES:
                raise imaplib.IMAP4.abort(f"a line of more than {LINE_BYTES} bytes")
        return bytes(line)

    def read(self, size: int) -> bytes:
        if size > self._room:
            raise imaplib.IMAP4.abort(f"{size} bytes announced, {self._room} expected at most")
        out = bytearray()
        while len(out) < size:
            piece = self._take(min(size - len(out), _PIECE))
            if not piece:
                raise imaplib.IMAP4.abort("the connection ended within a message")
            out += piece
        return bytes(out)

    def _take(self, size: int) -> bytes:
        piece: bytes = self._buffered().read1(size) if size else b""  # type: ignore[attr-defined]
        self._room -= len(piece)
        if self._room < 0:
            raise imaplib.IMAP4.abort("a longer answer than was asked for")
        if time.monotonic() > self._until:
            raise imaplib.IMAP4.abort(f"an answer that took more than {COMMAND_SECONDS} s")
        return piece

    def _buffered(self) -> BinaryIO:
        if self._of is not self.sock:  # at first, and after STARTTLS
            self._of, self._stream = self.sock, self.sock.makefile("rb")
        return self._stream

    def shutdown(self) -> None:
        if self._of is not None:
            self._stream.close()
        super().shutdown()  # type: ignore[misc]


class Open(_Limited, imaplib.IMAP4):
    """A connection without TLS at first."""


class Tls(_Limited, imaplib.IMAP4_SSL):
    """A connection with TLS from the start."""
