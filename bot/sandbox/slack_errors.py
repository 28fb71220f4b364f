"""Refusals of Slack's Web API."""

from bot.sandbox.json_types import Json


class SlackError(Exception):
    """A call that Slack refuses, with HTTP 200 and `"ok": false`."""

    def __init__(self, error: str, **details: object) -> None:
        super().__init__(error)
        self.error = error
        self.details = details

    def as_json(self) -> Json:
        """Return the answer's body."""
        return {"ok": False, "error": self.error, **self.details}


class SlackThrottled(Exception):
    """A call too many; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
