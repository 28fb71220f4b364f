"""What rendering yields: messages in a platform's own form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from formatters.values import value

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


@value
class Part:
    """One message, complete but for where it goes and how loudly."""

    name: str
    """Stable within its rendition: overview, item-3, item-3.2 (a continuation), closing."""
    payload: Mapping[str, Json]
    """The parameters of the platform's call that sends it, decoded (no JSON inside strings)."""
    text: str
    """The same in plain text: the fallback where markup is refused, and the notification."""

    @property
    def digest(self) -> str:
        """A hash of what is sent, the same in every process: tells whether a correction is needed."""
        import hashlib
        import json

        canonical = json.dumps(self.payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


@value
class Rendition:
    """The ordered parts of one view for one platform, style and language; never empty."""

    parts: tuple[Part, ...]
