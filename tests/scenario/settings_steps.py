"""What scenarios about settings do and look at."""

from __future__ import annotations

from bot.domain.destination import Destination, Platform
from bot.domain.subscription import Preferences
from bot.sandbox.telegram_chats import Chat, Message
from bot.sandbox.telegram_people import Person
from tests.scenario.world import Bot, eventually


async def preferences(bot: Bot, chat: int, topic: int | None = None) -> Preferences:
    destination = Destination(Platform.TELEGRAM, str(chat), str(topic) if topic else "")
    subscription = await bot.services.subscriptions.find(destination)
    assert subscription is not None
    return subscription.preferences


async def ended(bot: Bot, chat: Chat) -> bool:
    """Return whether the chat's subscription ends, as updates are handled side by side."""

    async def has_ended() -> bool:
        return not await bot.services.conversation.subscribing.is_active(Destination(Platform.TELEGRAM, str(chat.id)))

    await eventually(has_ended)
    return True


async def tap(person: Person, message: Message, *labels: str) -> None:
    """Press buttons of one menu, one after the other; each is answered without a word."""
    for label in labels:
        press = await (await person.press(message, label)).answered()
        assert (press.text, press.alert) == ("", False), label
