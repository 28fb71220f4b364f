"""What a recall does to what was sent, in words for operators and owners, from the catalogs."""

from __future__ import annotations

from datetime import timedelta

from bot.languages.catalog import translations
from bot.ports.sender import Capabilities
from bot.services.correct import Retraction


def retraction(one: Retraction, language: str) -> str:
    """Return a line about one form in which an issue was delivered: how often, and what a recall does to it."""
    catalog = translations(language)
    gettext = catalog.gettext
    reach = catalog.ngettext("{count} delivery", "{count} deliveries", one.reach).format(count=one.reach)
    lineage = one.lineage
    if one.capabilities is None:
        fate = gettext("waits until {platform} is configured").format(platform=lineage.platform)
    else:
        fate = _fate(one.capabilities, language)
    text = gettext("{platform}, {style}, {language} ({deliveries}): {fate}")
    return text.format(
        platform=lineage.platform, style=lineage.style, language=lineage.language, deliveries=reach, fate=fate
    )


def _fate(can: Capabilities, language: str) -> str:
    gettext = translations(language).gettext
    if can.delete_within is None:
        if can.edit:
            return gettext("replaced by a notice")
        return gettext("stays, as its messages can be neither deleted nor edited")
    if can.delete_within == timedelta.max:
        return gettext("deleted")
    hours = can.delete_within // timedelta(hours=1)
    if can.edit:
        text = gettext("deleted up to {hours} hours after it was sent, else replaced by a notice")
    else:
        text = gettext("deleted up to {hours} hours after it was sent")
    return text.format(hours=hours)
