"""What becomes of a bot whose tokens Slack refuses."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.errors import PlatformError
from tests.scenario.world import World


@pytest.mark.parametrize("refused", [{"slack_bot_token": "xoxb-old"}, {"slack_app_token": "xapp-old"}])
async def test_a_refused_token_ends_the_bot_and_the_setting_is_named(world: World, refused: dict[str, Any]) -> None:
    (setting,) = refused
    with pytest.raises(PlatformError, match=f"DIGESTBOT_{setting.upper()}: Slack does not accept this token"):
        async with world.bot("07:00:00", **refused):
            pytest.fail("it is running")
