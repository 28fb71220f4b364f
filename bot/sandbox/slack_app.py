"""The app in the local Slack: its secrets, where it is installed, and how it gets installed.

https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation.
"""

import itertools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.sandbox.json_types import Json
from bot.sandbox.slack_errors import SlackError
from bot.sandbox.slack_workspace import LINK

if TYPE_CHECKING:
    from bot.sandbox.slack_people import SlackPerson
    from bot.sandbox.slack_state import Slack

APP_ID = "A0SANDBOX1"
CLIENT_ID, CLIENT_SECRET = "1001.2002", "made-up-client-" + "secret"
SIGNING_SECRET = "made-up-signing-" + "secret"
TOKEN_SECONDS = 12 * 3600


@dataclass(slots=True, eq=False)
class Grant:
    """A bot token, and where it speaks: one workspace, or all of an organization."""

    token: str
    workspaces: list["Slack"]
    enterprise_id: str = ""
    refresh_token: str = ""
    expires_at: float | None = None
    """Monotonic seconds."""
    revoked: bool = False

    def workspace_of(self, call: Json) -> "Slack":
        """Return the workspace that a call is about: that of its channel, person or view, else the first."""
        place = str(call.get("channel") or call.get("user") or call.get("user_id") or "")
        team = str(call.get("trigger_id") or call.get("view_id") or "").rpartition(".")[2]
        homes = (
            one for one in self.workspaces if place in one.people or one.channels.find(place) or one.team_id == team
        )
        return next(homes, self.workspaces[0])


@dataclass(slots=True, eq=False)
class _Consent:
    installer: "SlackPerson"
    redirect_uri: str
    scopes: str
    workspaces: list["Slack"]
    enterprise_id: str


@dataclass(slots=True, eq=False)
class SlackApp:
    """One app; `request_url` is where it wants to be called, empty for Socket Mode, `rotates` whether tokens expire."""

    app_token: str
    app_id: str = APP_ID
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    signing_secret: str = SIGNING_SECRET
    request_url: str = ""
    rotates: bool = False
    unfurl_domains: tuple[str, ...] = ()
    """Of whose links the app is told, those of their subdomains too."""
    grants: dict[str, Grant] = field(default_factory=dict)
    _consents: dict[str, _Consent] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def links_in(self, text: str) -> list[str]:
        """Return the links in a text that the app is told of."""
        hosts = {url: _host(url) for url in LINK.findall(text)}
        domains = self.unfurl_domains
        return [url for url, host in hosts.items() if any(f".{host}".endswith(f".{domain}") for domain in domains)]

    def grant_of(self, token: str) -> Grant:
        """Return what a bot token grants; raises SlackError if it grants nothing."""
        grant = self.grants.get(token)
        if grant is None:
            raise SlackError("not_allowed_token_type" if token == self.app_token else "invalid_auth")
        if grant.revoked:
            raise SlackError("account_inactive")
        if grant.expires_at is not None and grant.expires_at <= time.monotonic():
            raise SlackError("token_expired")
        return grant

    def approve(
        self, address: str, installer: "SlackPerson", workspace: "Slack", *, whole_organization: str = ""
    ) -> str:
        """Let a person press [Allow] on the page at `address`; return where the browser is sent then.

        `whole_organization` names the organization (E…) to install the app in all of `workspace` and its siblings.
        """
        asked = {name: found[0] for name, found in parse_qs(urlsplit(address).query, keep_blank_values=True).items()}
        if asked.get("client_id") != self.client_id:
            raise ValueError(f"{address} names another client than {self.client_id}")
        code = f"code-{next(self._numbers)}"
        workspaces = [one for one in workspace.siblings if one.enterprise_id == whole_organization]
        self._consents[code] = _Consent(
            installer,
            asked.get("redirect_uri", ""),
            asked["scope"],
            workspaces if whole_organization else [workspace],
            whole_organization,
        )
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}"

    def access(self, call: Json) -> Json:
        """https://docs.slack.dev/reference/methods/oauth.v2.access"""
        if call.get("client_id") != self.client_id:
            raise SlackError("invalid_client_id")
        if call.get("client_secret") != self.client_secret:
            raise SlackError("bad_client_secret")
        if call.get("grant_type") == "refresh_token":
            return self._refresh(str(call.get("refresh_token") or ""))
        consent = self._consents.pop(str(call.get("code") or ""), None)
        if consent is None:
            raise SlackError("invalid_code")
        if call.get("redirect_uri", "") != consent.redirect_uri:
            raise SlackError("bad_redirect_uri")
        grant = self.install(*consent.workspaces, enterprise_id=consent.enterprise_id)
        first = consent.workspaces[0]
        enterprise = consent.enterprise_id or first.enterprise_id
        return {
            "app_id": self.app_id,
            "authed_user": {"id": consent.installer.id},
            "scope": consent.scopes,
            "bot_user_id": first.bot.id,
            "team": None if consent.enterprise_id else {"id": first.team_id, "name": first.team},
            "enterprise": {"id": enterprise, "name": "Organization"} if enterprise else None,
            "is_enterprise_install": bool(consent.enterprise_id),
            **self._tokens(grant),
        }

    def install(self, *workspaces: "Slack", token: str = "", enterprise_id: str = "") -> Grant:
        """Give the app a token for these workspaces; a made-up one unless it is named."""
        number = next(self._numbers)
        grant = Grant(token or f"xoxb-sandbox-{number}", list(workspaces), enterprise_id)
        if self.rotates and not token:
            grant.refresh_token, grant.expires_at = f"xoxe-1-sandbox-{number}", time.monotonic() + TOKEN_SECONDS
        self.grants[grant.token] = grant
        for workspace in workspaces:
            workspace.installed = grant
        return grant

    def _refresh(self, refresh_token: str) -> Json:
        """Give a new token for a refresh token, which serves once."""
        old = next(
            (one for one in self.grants.values() if one.refresh_token == refresh_token and not one.revoked), None
        )
        if old is None or not refresh_token:
            raise SlackError("invalid_refresh_token")
        old.refresh_token = ""
        return {"app_id": self.app_id, **self._tokens(self.install(*old.workspaces, enterprise_id=old.enterprise_id))}

    def _tokens(self, grant: Grant) -> Json:
        found: Json = {"access_token": grant.token, "token_type": "bot"}
        if grant.refresh_token:
            found |= {"refresh_token": grant.refresh_token, "expires_in": TOKEN_SECONDS}
        return found


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
