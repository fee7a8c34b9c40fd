"""Reads a multipart form (RFC 7578) piece by piece, so that a file never sits in memory.

Starlette's own form parser spools the file to disk and needs one more dependency; here the bytes
are only counted.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import message_from_string

LONGEST_FIELD = 16 * 1024
"""Bytes in the headers of a part, or in a field that is not a file, at most."""

LONGEST_BOUNDARY = 70
"""RFC 2046 allows no more."""


class Malformed(Exception):
    """The body is not the form that its content type promises; the message says where."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form; its pieces must be read before the next part is asked for, or go."""

    name: str
    filename: str | None
    kind: str | None
    """Its media type, where the part names one."""
    pieces: AsyncIterator[bytes]


class Form:
    """A form that is still arriving."""

    def __init__(self, stream: AsyncIterator[bytes], boundary: str) -> None:
        if not boundary or len(boundary) > LONGEST_BOUNDARY or not boundary.isascii():
            raise Malformed("the content type must name a boundary of 1 to 70 ASCII characters")
        self._stream = stream
        self._delimiter = b"\r\n--" + boundary.encode("ascii")
        # A delimiter begins with the end of a line; the very first one has no line before it.
        self._buffer = bytearray(b"\r\n")

    async def parts(self) -> AsyncIterator[Part]:
        """Each field in turn; what a caller left unread of the last one is skipped."""
        await self._skip()
        while not await self._at_end():
            part = await self._part()
            yield part
            async for _ in part.pieces:
                pass
        async for _ in self._stream:
            pass  # The epilogue: unread, it would make the server drop the connection.

    async def _part(self) -> Part:
        """The headers between a delimiter and the empty line, and the body that follows."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > LONGEST_FIELD:
                raise Malformed(f"the headers of a part are longer than {LONGEST_FIELD} bytes")
            await self._fill()
        head = self._buffer[:end].decode("utf-8", "replace").lstrip()
        del self._buffer[: end + 4]
        headers = message_from_string(head)
        name = headers.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise Malformed("a part has no name")
        kind = headers.get_content_type() if "content-type" in headers else None
        return Part(name, headers.get_filename(), kind, self._pieces())

    async def _pieces(self) -> AsyncIterator[bytes]:
        """The body of a part up to the next delimiter, which is consumed."""
        while (end := self._buffer.find(self._delimiter)) < 0:
            # The last bytes may be the beginning of a delimiter whose rest is still to come.
            sure = len(self._buffer) - len(self._delimiter) + 1
            if sure > 0:
                yield bytes(self._buffer[:sure])
                del self._buffer[:sure]
            await self._fill()
        last = bytes(self._buffer[:end])
        del self._buffer[: end + len(self._delimiter)]
        if last:
            yield last

    async def _skip(self) -> None:
        async for _ in self._pieces():
            pass

    async def _at_end(self) -> bool:
        """Whether the delimiter just consumed was the last, which two hyphens tell."""
        while len(self._buffer) < 2:
            await self._fill()
        return self._buffer.startswith(b"--")

    async def _fill(self) -> None:
        async for chunk in self._stream:
            if chunk:
                self._buffer += chunk
                return
        raise Malformed("it ends in the middle of a part")
