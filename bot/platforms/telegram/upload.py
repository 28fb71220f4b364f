"""A request's files, streamed: what is uploaded never lies in memory as a whole."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from typing import IO

from aiohttp import MultipartWriter
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BufferedReaderPayload, BytesIOPayload, Payload, StringPayload
from multidict import CIMultiDict
from telegram._utils.types import UploadFileDict


class Form(MultipartWriter):
    """The `multipart/form-data` body of a call with files, each chunk of which must leave within `write_timeout`."""

    def __init__(self, fields: Mapping[str, str], files: UploadFileDict, write_timeout: float | None) -> None:
        """`files` are python-telegram-bot's: name, bytes or an open file, media type. Open files stay open."""
        super().__init__("form-data")
        self._write_timeout = write_timeout
        for name, value in fields.items():
            self._add(StringPayload(value), name=name)
        for name, (filename, content, media_type) in files.items():
            self._add(_streamed(content, media_type), name=name, filename=filename)

    async def write(self, writer: AbstractStreamWriter, close_boundary: bool = True) -> None:
        """Write everything. Raises TimeoutError if the server stops taking it."""
        await super().write(_ImpatientWriter(writer, self._write_timeout), close_boundary)

    def _add(self, part: Payload, **disposition: str) -> None:
        part.set_content_disposition("form-data", quote_fields=False, **disposition)
        self.append_payload(part)


class _OpenFile(BufferedReaderPayload):
    async def close(self) -> None:
        """Leave the file to whoever opened it."""


def _streamed(content: bytes | IO[bytes], media_type: str) -> Payload:
    if isinstance(content, bytes):  # as a file, so that it is written in pieces
        return BytesIOPayload(io.BytesIO(content), content_type=media_type)
    return _OpenFile(content, content_type=media_type)


class _ImpatientWriter(AbstractStreamWriter):
    """Writes through, and gives up on a peer that does not read: aiohttp itself would wait forever."""

    def __init__(self, writer: AbstractStreamWriter, patience: float | None) -> None:
        self._writer = writer
        self._patience = patience

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:
        async with asyncio.timeout(self._patience):
            await self._writer.write(chunk)

    async def write_eof(self, chunk: bytes = b"") -> None:
        await self._writer.write_eof(chunk)

    async def drain(self) -> None:
        await self._writer.drain()

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        self._writer.enable_compression(encoding, strategy)

    def enable_chunking(self) -> None:
        self._writer.enable_chunking()

    async def write_headers(self, status_line: str, headers: CIMultiDict[str]) -> None:
        await self._writer.write_headers(status_line, headers)
