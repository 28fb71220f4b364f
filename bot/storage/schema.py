"""Every table that there is: whoever imports the metadata from here has all of them."""

from __future__ import annotations

from bot.storage.archive_tables import contents, posts
from bot.storage.member_tables import announcements, invitations, members
from bot.storage.reader_tables import saves, votes
from bot.storage.slack_tables import slack_bots, slack_installations, slack_oauth_states
from bot.storage.tables import METADATA

__all__ = [
    "METADATA",
    "announcements",
    "contents",
    "invitations",
    "members",
    "posts",
    "saves",
    "slack_bots",
    "slack_installations",
    "slack_oauth_states",
    "votes",
]
