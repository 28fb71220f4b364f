"""Which links Telegram keeps, and how it writes them.

Telegram drops a text link it does not like without a word, so a typo in a URL shows up as plain text on the
reader's phone. The sandbox does the same, and counts what it dropped. The rules are those observed on TDLib's
`parseTextEntities`, against which tests compare this module.
"""

import re

MAX_PORT = 65535
_APP_LINK = re.compile(r"(?P<scheme>tg|ton|tonsite):(?://)?(?P<host>[\w.-]+)(?P<tail>.*)", re.IGNORECASE | re.DOTALL)
_WEB_LINK = re.compile(r"(?:(?P<scheme>https?)://)?(?P<authority>[^/?#]*)(?P<tail>.*)", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(?:(?P<user>[^@]*)@)?(?P<host>\[[0-9a-f:.]+\]|[^@:]*)(?::(?P<port>.*))?", re.IGNORECASE)
_NOT_IN_HOST = re.compile(r"[\x00-\x20<>\"\\^`{|}\x7f]")


class LinkError(ValueError):
    """A link that Telegram refuses; the text is Telegram's own reason."""


def checked_link(url: str) -> str:
    """Return the link as Telegram stores it.

    Raises LinkError with the reason that the Bot API gives for a button ("Wrong HTTP URL", …).
    """
    if app := _APP_LINK.fullmatch(url):
        return f"{app['scheme'].lower()}://{app['host'].lower()}{app['tail'] or '/'}"
    web = _WEB_LINK.fullmatch(url)
    if web is None or (web["scheme"] is None and "://" in url):
        raise LinkError("Unsupported URL protocol")
    if not web["authority"]:
        raise LinkError("URL host is empty")
    address = _AUTHORITY.fullmatch(web["authority"])
    # a host without a dot (localhost, an intranet name) cannot be opened from a phone
    if address is None or not _is_public(address["host"]) or _NOT_IN_HOST.search(address["host"]):
        raise LinkError("Wrong HTTP URL")
    port = address["port"]
    if port is not None and not (port.isdecimal() and 0 < int(port) <= MAX_PORT):
        raise LinkError("Wrong port number specified in the URL")
    place = f"{address['host'].lower()}:{port}" if port else address["host"].lower()
    user = f"{address['user']}@" if address["user"] else ""
    return f"{(web['scheme'] or 'http').lower()}://{user}{place}{_path(web['tail'])}"


def _is_public(host: str) -> bool:
    return host.startswith("[") or "." in host.rstrip(".")


def _path(tail: str) -> str:
    rooted = tail if tail.startswith("/") else f"/{tail}"
    return re.sub(r"[\x00-\x20]", lambda space: f"%{ord(space.group()):02X}", rooted)
