"""Where the web application listens, and under which address the world knows it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_LISTEN = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})")
_PATH = re.compile(r"(?:/[\w.~-]+)*", re.ASCII)
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """A local address and port. Written `127.0.0.1:8080` or `[::1]:8080`."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> ListenAddress:
        """Return the address that `text` names; ValueError otherwise."""
        match = _LISTEN.fullmatch(text.strip())
        if match is None or int(match[3]) > _HIGHEST_PORT:
            raise ValueError(
                f"{text!r} is not an address to listen on; write HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080"
            )
        return cls(match[1] or match[2], int(match[3]))


def public_url(text: str) -> str:
    """Return the address without a slash at its end.

    Raises ValueError unless it is an https address, with a path at most. Plain http is for this machine alone: both
    platforms call nothing else than https.
    """
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"{text!r} is not a URL; write it as https://digest.example.com") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
        raise ValueError(f"{text!r} does not begin with https://, which Telegram and Slack insist on")
    if not host or parts.username or parts.query or parts.fragment or not _PATH.fullmatch(parts.path):
        raise ValueError(f"{text!r} is more than an address; write it as https://digest.example.com or …/path")
    return address


def path_of(url: str) -> str:
    """Return the path of a public address, empty where there is none."""
    return urlsplit(url).path


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
