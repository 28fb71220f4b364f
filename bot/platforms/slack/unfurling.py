"""Links to the digest's own site, shown with what they lead to."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.languages import Language, words_of
from bot.platforms.slack.blocks import Json, context, section, shortened
from bot.services.site import Meant, Site
from formatters.document import plain
from formatters.issue import Issue, Item

_log = structlog.get_logger(__name__)

_MOST_LINKS = 5
"""Of one message that are shown; Slack tells at most a hundred."""
_POINTS, _POINT_CHARACTERS = 2, 280
_HEADLINES = 12


class Unfurling:
    """Answers `link_shared`. Slack takes neither rich text nor buttons there.

    https://docs.slack.dev/messaging/unfurling-links-in-messages
    """

    def __init__(self, site: Site, language: Language) -> None:
        self._site = site
        self._words = words_of(language)

    def register(self, app: AsyncApp) -> None:
        """Attach the listener."""
        app.event("link_shared")(self._shared)

    async def _shared(self, event: dict[str, Any], client: AsyncWebClient) -> None:
        unfurls: Json = {}
        for link in event.get("links", ())[:_MOST_LINKS]:
            meant = await self._site.meant(str(link["url"]))
            if meant is not None:
                unfurls[str(link["url"])] = {"blocks": self._blocks(meant)}
        if not unfurls:
            return
        try:
            # a link that is still being written has an id, and stands in no channel
            await client.chat_unfurl(unfurl_id=event["unfurl_id"], source=event["source"], unfurls=unfurls)
        except SlackApiError as error:
            # the message was deleted or never sent, or its author wants no previews
            _log.warning("links could not be unfurled", problem=str(error.response.get("error")))

    def _blocks(self, meant: Meant) -> list[Json]:
        issue = meant.known.issue
        item = issue.item(meant.number) if meant.number is not None else None
        about = [self._words.day(issue.date)] if issue.date else []
        if item is None:
            return [
                section(_headlines(issue)),
                *([context(" · ".join([*about, self._words.items(len(issue.items))]))] if about else []),
            ]
        return [section(self._summary(item)), context(" · ".join([*about, shortened(issue.title, 150)]))]

    def _summary(self, item: Item) -> str:
        """Return an item's title and what its first points say."""
        lines = [f"{item.number}. {plain(item.title)}"]
        for point in item.points[:_POINTS]:
            label, text = plain(point.label), plain(point.text)
            line = f"{label}{self._words.label_separator}{text}" if label and text else label or text
            lines.append(shortened(line, _POINT_CHARACTERS))
        return "\n".join(lines)


def _headlines(issue: Issue) -> str:
    titles = [f"{item.number}. {plain(item.title)}" for item in issue.items]
    more = ["…"] if len(titles) > _HEADLINES else []
    return "\n".join([issue.title, *titles[:_HEADLINES], *more])
