"""What rendering yields: messages in a platform's own form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

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
    threaded: bool = True
    """Whether it stands under its delivery's first message, where the platform has threads."""
    linked: Mapping[str, Json] | None = None
    """The payload with links to other parts' messages, each as its placeholder (`rendering.jumps`).

    For places whose messages have addresses, once those are known; None for a part that leads nowhere.
    """

    _digests: dict[int, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """By the payload's identity: a part goes to everybody, and is hashed once."""

    @property
    def digest(self) -> str:
        """A hash of what is sent, the same in every process: tells whether a correction is needed."""
        return self._digest_of(self.payload)

    @property
    def linked_digest(self) -> str:
        """The same with its links, whatever they lead to."""
        return self._digest_of(self.payload if self.linked is None else self.linked)

    def _digest_of(self, payload: Mapping[str, Json]) -> str:
        known = self._digests.get(id(payload))
        if known is None:
            known = self._digests[id(payload)] = _digest(payload)
        return known


def _digest(payload: Mapping[str, Json]) -> str:
    import hashlib
    import json

    canonical = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@value
class Rendition:
    """The ordered parts of one view for one platform, style and language; never empty."""

    parts: tuple[Part, ...]
