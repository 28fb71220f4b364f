"""The sentences that only Slack's readers and installers get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from bot.languages.archive_sentences import shortened
from bot.languages.catalog import translations
from formatters.views import Style


class SlackPhrases:
    """Sentences of one language, as plain text without any markup."""

    def __init__(self, language: str) -> None:
        self._catalog = translations(language)

    def share(self) -> str:
        """Return the label of the button that shows an answer to everybody."""
        return self._catalog.gettext("Share in channel")

    def shared_by(self, name: str) -> str:
        """Return who shows an answer to everybody; the name is not one that notifies."""
        return self._catalog.gettext("Shared by {name}").format(name=name)

    def settings_by_command(self, command: str) -> str:
        """Return what is told where settings are asked for in a way that cannot open them."""
        text = self._catalog.gettext("Only a command opens settings in Slack: type {command} settings in the channel.")
        return text.format(command=command)

    def verbs(self) -> dict[str, str]:
        """Return every verb as it is typed, with what it does, in the order of the help."""
        gettext = self._catalog.gettext
        return {
            "today": gettext("Headlines of today’s issue"),
            "item 3": gettext("Read one item"),
            "trends": gettext("Trends and what to watch"),
            "watch": gettext("What to watch alone"),
            "sources": gettext("Sources of every item"),
            "advice": gettext("What the issue advises to do"),
            "date 2026-02-12": gettext("The issue of a day"),
            gettext("search inference"): gettext("Everything that was ever said about it"),
            "subscribe": gettext("Have the digest in this channel every day; thread, messages or overview may follow"),
            "unsubscribe": gettext("Have it no longer"),
            "settings": gettext("Hour, weekdays, style, pause"),
            "help": gettext("This list"),
        }

    def which_style(self, command: str) -> str:
        """Return what is told where a style was named that Slack's channels do not have."""
        text = self._catalog.gettext(
            "There are three ways: {command} subscribe thread (items in a thread), {command} subscribe messages (one"
            " message per item), {command} subscribe overview (headlines alone)."
        )
        return text.format(command=command)

    def style(self, style: Style) -> str:
        """Return how issues will come."""
        gettext = self._catalog.gettext
        match style:
            case Style.ITEMS:
                return gettext("It comes as one message per item.")
            case Style.COMPACT:
                return gettext("It comes as one message of headlines; its buttons open an item for whoever presses.")
            case _:
                return gettext("It comes as one message, with the items in its thread.")

    def help(self, command: str) -> str:
        """Return the list of verbs, one a line."""
        lines = [f"{command} {verb} – {about}" for verb, about in self.verbs().items()]
        closing = self._catalog.gettext("In threads, name the app instead: @digestbot 3")
        return "\n".join([self._catalog.gettext("Commands:"), *lines, closing])

    def unknown(self, asked: str, command: str) -> str:
        """Return the answer to a word that is no verb."""
        text = self._catalog.gettext("“{asked}” is no command of mine.").format(asked=shortened(asked))
        return f"{text}\n{self.help(command)}"

    def no_permalink(self) -> str:
        """Return the answer where Slack gives a message no address."""
        return self._catalog.gettext("Slack gives no link to this message. Try “Copy link” in its own menu.")

    def trouble(self, code: str, *, bot: str, command: str) -> tuple[str, str] | None:
        """Return what an installer is told about a channel: what stands before its name, and what after.

        `code` is Slack's, `command` takes every verb; None where nothing can be done about it in the workspace.
        """
        remedy = self._remedies.get(code)
        if remedy is None:
            return None
        before = self._catalog.gettext("The digest could not be posted in ")
        return before, remedy().format(bot=bot, command=f"{command} subscribe")

    @property
    def _remedies(self) -> Mapping[str, Callable[[], str]]:
        return {
            "not_in_channel": self._invite,
            "channel_not_found": self._invite,
            "is_archived": self._archived,
            "is_inactive": self._archived,
            "restricted_action": self._restricted,
            "restricted_action_read_only_channel": self._restricted,
            "restricted_action_thread_only_channel": self._restricted,
            "restricted_action_non_threadable_channel": self._restricted,
            "restricted_action_thread_locked": self._restricted,
            "missing_scope": self._install_again,
            "no_permission": self._install_again,
            "not_allowed_token_type": self._install_again,
        }

    def _invite(self) -> str:
        return self._catalog.gettext(
            ": this app is not in the channel. Type there: first /invite @{bot}, then {command}."
        )

    def _archived(self) -> str:
        return self._catalog.gettext(
            ": the channel is archived. Unarchive it, or type {command} in another one that is to get the digest."
        )

    def _restricted(self) -> str:
        return self._catalog.gettext(
            ": the workspace does not let this app post there. Ask an administrator to allow it, then type {command}"
            " there."
        )

    def _install_again(self) -> str:
        return self._catalog.gettext(": this app lacks a permission. Install it again, then type {command} there.")


@cache
def slack_phrases_of(language: str) -> SlackPhrases:
    """Return Slack's sentences of a language."""
    return SlackPhrases(language)
