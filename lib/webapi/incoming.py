"""A request that is arriving: whether all of it is there (RFC 9112), and whether it is too large.

gunicorn's own parser reads the request; this only finds its end. Where that cannot be found the request counts as
whole, and the parser refuses it.
"""

import re

# 64 KiB: ten times what browsers and proxies send with large cookies and tokens.
HEAD_BYTES_MAX = 64 * 1024
# 64 KiB of chunks' sizes and trailers beside a body.
CHUNKING_BYTES_MAX = 64 * 1024

HEAD_END = b"\r\n\r\n"
BARE_LINE_END = re.compile(rb"(?<!\r)\n")
FRAMING = re.compile(rb"^(content-length|transfer-encoding):([^\r\n]*)\r$", re.IGNORECASE | re.MULTILINE)
LENGTH = re.compile(rb"[0-9]{1,15}")
CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,15}(?=[ \t;\r])")
EXPECTATION = re.compile(rb"^expect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE | re.MULTILINE)


class HeadTooLarge(Exception):
    """The head is longer than HEAD_BYTES_MAX."""


class BodyTooLarge(Exception):
    """The body is, or will be, longer than the application takes."""


class Incoming:
    """What one connection has sent of its next request, and perhaps of those behind it."""

    def __init__(self, body_bytes_max: int) -> None:
        """`body_bytes_max` is the largest body that the application takes."""
        self._body_bytes_max = body_bytes_max
        self._data = bytearray()
        self._begin()

    def _begin(self) -> None:
        self._searched = 0
        self._body_at: int | None = None
        self._length: int | None = None
        self._chunk_at = 0
        self._is_invited = False

    def __len__(self) -> int:
        """How many bytes are held."""
        return len(self._data)

    def add(self, data: bytes) -> None:
        """Take what has come."""
        self._data += data

    def clear(self) -> None:
        """Forget it all: nobody will read it."""
        self._data.clear()
        self._begin()

    def take(self) -> bytes | None:
        """The next request as soon as it is whole, which is then no longer held; raises HeadTooLarge, BodyTooLarge."""
        end = self._end()
        if end is None:
            return None
        request = bytes(self._data[:end])
        del self._data[:end]
        self._begin()
        return request

    def wants_to_be_asked(self) -> bool:
        """Whether its client waits for `100 Continue` before it sends the body; says so once."""
        asked, self._is_invited = self._is_invited, False
        return asked

    def _end(self) -> int | None:
        if self._body_at is None:
            return self._end_of_head()
        return self._end_of_body()

    def _end_of_head(self) -> int | None:
        at = self._data.find(HEAD_END, max(0, self._searched - len(HEAD_END) + 1))
        # A line that ends without CR never ends the head as gunicorn reads it, which refuses it at once.
        if bare := BARE_LINE_END.search(self._data, self._searched, at if at >= 0 else len(self._data)):
            return bare.end()
        self._searched = len(self._data)
        if (at if at >= 0 else self._searched) > HEAD_BYTES_MAX:
            raise HeadTooLarge
        if at < 0:
            return None
        self._read_head(at + len(HEAD_END))
        return self._end_of_body()

    def _read_head(self, body_at: int) -> None:
        head = bytes(self._data[:body_at])
        framings = FRAMING.findall(head)
        first_line = head.lstrip(b"\r\n").partition(b"\r\n")[0]
        if first_line.endswith(b"HTTP/1.1"):
            # Answered from here, and so it must not be answered again behind us.
            head = EXPECTATION.sub(b"", head)
            self._is_invited = len(head) < body_at
            self._data[:body_at] = head
        self._body_at = self._chunk_at = len(head)
        self._length = 0
        if len(framings) == 1:
            name, value = framings[0][0].lower(), framings[0][1].strip(b" \t")
            if name == b"transfer-encoding" and value.lower() == b"chunked":
                self._length = None
            elif name == b"content-length" and LENGTH.fullmatch(value):
                self._length = int(value)

    def _end_of_body(self) -> int | None:
        assert self._body_at is not None
        end = self._body_at + self._length if self._length is not None else self._end_of_chunks()
        come = (len(self._data) if end is None else end) - self._body_at
        chunking = CHUNKING_BYTES_MAX if self._length is None else 0
        if come > self._body_bytes_max + chunking:
            raise BodyTooLarge
        return end if end is not None and end <= len(self._data) else None

    def _end_of_chunks(self) -> int | None:
        """The end of the last chunk's trailers, or of the chunk that is under way; None where no size has come."""
        while (line_end := self._data.find(b"\r\n", self._chunk_at)) >= 0:
            size = CHUNK_SIZE.match(self._data, self._chunk_at, line_end + 1)
            if size is None:
                return len(self._data)
            length = int(size[0], 16)
            if length == 0:
                end = self._data.find(HEAD_END, line_end)
                return end + len(HEAD_END) if end >= 0 else None
            chunk_end = line_end + 2 + length + 2
            if chunk_end > len(self._data):
                # Not the body's end, but that is beyond it.
                return chunk_end
            self._chunk_at = chunk_end
        return None
