"""What is said in the transcripts: every command, button, setting and slip, in every kind of chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import time, timedelta

from bot.domain.preference_changes import (
    SetHour,
    SetLanguage,
    SetPreviews,
    SetSilent,
    SetStyle,
    SetWeekday,
    SetWeekdays,
    SetZone,
)
from bot.languages import LANGUAGES
from bot.platforms.telegram import owner_buttons as owners
from bot.platforms.telegram.menu_actions import Deed, Page, PauseFor
from bot.sandbox.telegram_chats import Standing
from bot.sandbox.telegram_people import Person
from formatters import actions
from formatters.views import Style
from tests import written_posts
from tests.scenario.owners import ALONE
from tests.scenario.transcript import Transcript
from tests.scenario.world import DAY, World

__all__ = ["CONVERSATIONS", "LANGUAGES"]

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {"yesterday": "昨天", "nonsense": "你好", "city": "柏林", "nowhere": "纳尼亚", "soon": "一会儿"},
    "en": {"yesterday": "yesterday", "nonsense": "hello", "city": "Berlin", "nowhere": "Narnia", "soon": "soon"},
}


def _written(world: World) -> None:
    for number in range(1, 9):
        world.write(DAY - timedelta(days=number), items=1)
    world.write(DAY - timedelta(days=40), items=1)
    written_posts.write(world.posts, "essay.md", written_posts.essay(DAY - timedelta(days=2)))
    world.write(items=3)


async def reading(world: World, language: str) -> Transcript:
    """Hold what one reads alone: headlines, items, days, words, what is saved, and every slip."""
    _written(world)
    say, telegram = _WORDS[language], world.sandbox.telegram
    lin, mo, ann, bo = (telegram.user(name=name, language_code=language) for name in ("Lin", "Mo", "Ann", "Bo"))
    async with world.bot("10:00:00", language=language, **ALONE) as bot:
        told = Transcript(world, bot)
        told.heading("headlines and items")
        today = await told.ask(lin, "/today")
        await told.press(lin, today, actions.TurnToItem)
        await told.press(lin, today, actions.TurnToHeadlines)
        await told.ask(lin, "/latest")
        item = await told.ask(lin, "/item 2")
        await told.press_all(
            lin, item, actions.Unfold, actions.Vote, actions.Vote, actions.Keep, actions.TurnToHeadlines
        )
        await told.ask_all(lin, "/item", "/item 99", "/item ?", f"/item {say['yesterday']} 1", "/item 2026-02-10 1")
        await told.ask_all(lin, "/trends", "/watch", "/sources", "/advice", say["nonsense"], "/nothing")

        told.heading("days")
        await told.ask_all(mo, f"/date {say['yesterday']}", "/date", "/date ?", "/date 2026-02-13", "/date 2026-01-20")
        titles = await told.ask(mo, "/date 2026-02-10")
        await told.press(mo, titles, actions.AnswerWithHeadlines)
        calendar = await told.ask(mo, "/archive")
        await told.press_all(mo, calendar, "4", actions.OpenDay, actions.Explain, actions.TurnToMonth)

        told.heading("words, and what is saved")
        found = await told.ask(ann, "/search 延迟")
        await told.press(ann, found, actions.TurnToFindings)
        await told.press(ann, found, actions.AnswerWithItem)
        await told.ask_all(ann, "/search", "/search !!!", "/search 量子计算机", "/search " + "x " * 60, "/saved")
        await told.press(ann, await told.ask(ann, "/item 1"), actions.Keep)
        saved = await told.ask(ann, "/saved")
        await told.press(ann, saved, actions.AnswerWithItem)
        await told.press(ann, saved, actions.DropSaved)
        for words in ("", "延迟", "量子计算机"):
            await told.look_up(ann, words)

        told.heading("links, old buttons, and what is no more")
        known = await bot.services.library.newest(DAY)
        assert known is not None
        await told.ask(bo, f"/start {actions.start_argument(actions.AnswerWithItem(known.ref, 1))}")
        await told.ask(bo, f"/start {actions.start_argument(actions.TurnToMonth(2026, 1))}")
        await told.ask(bo, "/start 1-a-0000000000-1")
        last = await told.ask(bo, "/today")
        for data in ("9:t:abc:1", "1:t:0000000000:1", "1:a:0000000000:1", "1:k:0000000000:1:1", "1:l:99", "9:c::p:x"):
            await told.press_data(bo, last, data)
        last = await told.ask(bo, "/today")
        await told.press(bo, last, actions.SendAll)
        await bot.idle()
        await told.press(bo, last, actions.SendAll)
        return told


async def subscribing(world: World, language: str) -> Transcript:
    """Hold what one subscribes and sets, and how one leaves."""
    say, telegram = _WORDS[language], world.sandbox.telegram
    lin, mo, ann = (telegram.user(name=name, language_code=language) for name in ("Lin", "Mo", "Ann"))
    async with world.bot("07:00:00", language=language, **ALONE) as bot:
        told = Transcript(world, bot)
        told.heading("before there is any issue")
        await told.ask_all(
            lin, "/today", "/latest", "/item 1", "/trends", "/date 1", "/archive", "/search 延迟", "/catchup"
        )

        told.heading("coming")
        last = await told.ask_all(lin, "/time 7:30", "/pause 3d", "/settings")
        await told.press(lin, last, Deed.JOIN)
        await told.ask_all(lin, "/start", "/help", "/privacy")

        told.heading("the menu")
        await told.ask(mo, "/start")
        menu = await told.ask(mo, "/settings")
        await told.press_all(
            mo,
            menu,
            *(Page.HOUR, SetHour(time(7)), Page.ZONE, SetZone("Europe/Berlin"), Page.ZONE, Page.OFFSET, Page.ZONE),
            *(Page.MAIN, Page.DAYS, SetWeekday(6, on=False), SetWeekdays, Page.MAIN, Page.STYLE),
            *(SetStyle(Style.COMPACT), SetSilent, SetPreviews, Page.LANGUAGE),
            SetLanguage("en" if language == "zh" else "zh"),
        )
        await told.press_all(
            mo, menu, Page.LANGUAGE, Deed.FOLLOW, Page.PAUSE, PauseFor(3), Page.PAUSE, Deed.RESUME, Deed.DONE
        )

        told.heading("by typing")
        await told.ask(ann, "/start")
        await told.ask_all(
            ann,
            *("/time 7:30", f"/time {say['soon']}", "/time", f"/timezone {say['city']}", "/timezone +5:30"),
            *(f"/timezone {say['nowhere']}", "/timezone", "/pause 3d", "/today", f"/pause {say['soon']}", "/pause"),
            *("/resume", "/start"),
        )

        told.heading("leaving")
        await told.press(lin, await told.ask(lin, "/forget"), Deed.KEEP)
        await told.ask(lin, "/stop")
        await told.ask(lin, "/stop")
        await told.ask(lin, "/settings")
        await told.press(lin, await told.ask(lin, "/forget"), Deed.FORGET)
        return told


async def together(world: World, language: str) -> Transcript:
    """Hold what is said in groups, topics and about channels."""
    _written(world)
    telegram = world.sandbox.telegram
    boss, mo = (telegram.user(name=name, language_code=language) for name in ("Boss", "Mo"))
    group = telegram.group("Team", people=[mo], admins=[boss])
    forum = telegram.supergroup("Forum", topics={7: "AI"}, people=[mo], admins=[boss])
    channel = telegram.channel("Daily", username="daily_ai", admins=[boss], standing=Standing.LEFT)
    async with world.bot("10:00:00", language=language, **ALONE) as bot:
        told = Transcript(world, bot)
        told.heading("a group")
        group.standing = Standing.LEFT
        telegram.stand(group, Standing.MEMBER, by=boss)
        await boss.receives(1, chat=group)
        await told.ask_all(
            mo,
            "/start",
            "/stop",
            "/settings",
            "/forget",
            "/saved",
            "/today",
            "/today",
            "/item 2",
            "/search 延迟",
            chat=group,
        )
        last = await told.ask_all(
            mo, "/archive", "/latest", "/date 2026-02-11", "/catchup", "/privacy", "/help", chat=group
        )
        known = await bot.services.library.newest(DAY)
        assert known is not None
        for action in (
            actions.TurnToItem(known.ref, 2),
            actions.Keep(known.ref, 2, on=True),
            actions.SendAll(known.ref),
        ):
            await told.press_data(mo, last, actions.encode(action))
        await told.ask(boss, "/start", chat=group)
        menu = await told.ask(boss, "/settings", chat=group)
        await told.press(mo, menu, SetSilent)
        await told.press_all(boss, menu, SetSilent, Page.LANGUAGE, Deed.FOLLOW, Deed.DONE)
        await told.ask(boss, "/pause 3d", chat=group)
        await told.ask(boss, "/stop", chat=group)

        told.heading("a topic")
        await told.ask(mo, "/start", chat=forum, topic=7)
        await told.ask(boss, "/start", chat=forum, topic=7)
        await told.ask_all(mo, "/today", "/today", chat=forum, topic=7)
        await told.press(boss, await told.ask(boss, "/settings", chat=forum, topic=7), Deed.DONE)
        await told.ask(boss, "/stop", chat=forum, topic=7)

        told.heading("a channel")
        await told.ask(mo, "/settings @daily_ai")
        telegram.stand(channel, Standing.ADMINISTRATOR, by=boss)
        menu = await told.arrives(boss, "the bot becomes an admin of Daily", 1)
        await told.press_all(boss, menu, Deed.JOIN, Page.STYLE, SetStyle(Style.RICH), Deed.LEAVE, Deed.DONE)
        await told.ask(boss, "/time @daily_ai 7:30")
        return told


async def operating(world: World, language: str) -> Transcript:
    """Hold what owners do, what others are told who try it, and how one comes in by invitation."""
    _written(world)
    telegram = world.sandbox.telegram
    olga, lin, guest = (telegram.user(name=name, language_code=language) for name in ("Olga", "Lin", "Guest"))
    settings = {**ALONE, "owners": str(olga.id), "language": language}
    async with world.bot("13:00:00", access="invite", **settings) as bot:
        told = Transcript(world, bot)
        told.heading("by invitation")
        await told.ask_all(guest, "/start", "/today")
        link = await _link(told, olga)
        await told.ask(guest, followed(link))
        await told.ask(lin, followed(link))

        told.heading("owners alone")
        await told.ask_all(guest, "/admin", "/publish")
        owner_link = (await bot.services.owning.membership.owner_link()).address
        await told.ask(lin, followed(owner_link))
        await told.ask(lin, followed(owner_link))
        await told.ask(lin, "/help")

        told.heading("today's issue")
        status = await told.ask(olga, "/admin")
        for wanted in (owners.Order.HOLD, owners.Order.SHOW_STATUS, owners.Order.LET_GO):
            status = await told.press(olga, status, wanted)
        await told.press(olga, await told.ask(olga, "/hold"), owners.Order.LET_GO)
        await told.press(olga, await told.ask(olga, "/publish"), owners.Order.DISMISS)
        await told.press(olga, await told.ask(olga, "/publish"), owners.Publish)
        await bot.idle()
        await told.ask(olga, f"/why {guest.id}")
        await told.ask_all(olga, "/why", "/why 1", "/invite x", "/announce", "/recall nothing")
        await told.press(olga, await told.ask(olga, "/recall"), owners.Order.DISMISS)
        await told.press(olga, await told.ask(olga, "/recall"), owners.Recall)
        await bot.idle()
        await told.ask(olga, "/preview")
        await bot.idle()

        told.heading("a word to all")
        await told.press(lin, await told.ask(lin, "/announce 1", answers=2), owners.Drop)
        sending = await told.ask(lin, "/announce 2", answers=2)
        data = sending.buttons[0]["callback_data"]
        await told.press_data(lin, sending, data)
        await bot.idle()
        for who in (lin, guest):
            await told.press_data(who, sending if who is lin else guest.messages[-1], data)
        await told.press_data(lin, sending, "9:!s")
        await told.press(lin, await told.ask(lin, "/forget"), Deed.FORGET)
        return told


def followed(link: str) -> str:
    """Return what following a link to the bot types."""
    return f"/start {link.rpartition('start=')[2]}"


async def _link(told: Transcript, owner: Person) -> str:
    text = (await told.ask(owner, "/invite")).text
    return next(word for word in text.split() if word.startswith("https://"))


CONVERSATIONS: Mapping[str, Callable[[World, str], Awaitable[Transcript]]] = {
    "reading": reading,
    "subscribing": subscribing,
    "together": together,
    "operating": operating,
}
"""By name; each can be held in both languages."""
