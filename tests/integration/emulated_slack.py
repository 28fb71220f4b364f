"""Slack's OAuth as others understood it: the npm package emulate, run as a process of its own on 127.0.0.1."""

from __future__ import annotations

import asyncio
import fcntl
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

import aiohttp

from bot.platforms.slack.installing import SCOPES

VERSION = "0.11.2"  # `latest` is another package
_PACKAGES = {
    "commander": ("14.0.3", "H+y0Jo/T1RZ9qPP4Eh1pkcQcLRglraJaSLoyOtHxu6AapkjWVCy2Sit1QQ4x3Dng8qDlSsZEet7g5Pq06MvTgw=="),
    "emulate": (VERSION, "BHs1rG/yPQ4kM+9aUz7fg4MDn0MshxOs0Ch2ciuNFPsN4PfCxQWP/9DGFZx+h+RvcIwX5n+hV308Ba7SxBc6nQ=="),
    "picocolors": ("1.1.1", "xceH2snhtb5M9liqDsmEw56le376mTZkEX/jEb/RxNFyegNul7eNslCXP9FDj/Lcu0X8KEyMceP2ntpaHrDEVA=="),
    "yaml": ("2.9.1", "3NxN8+78OdzbT7C/WjGsyfPAtJaN3FNDsWxv7Y7mcDsT/oOmgW8BpyQQFFBnvZE3j9Y2Sdz1ULFLezL7Eb2yFw=="),
}  # fmt: skip
"""Each with the SHA-512 of the packed package, as npm writes it."""
_OLDEST_NODE = 20
_PATIENCE = 30.0

CLIENT_ID, CLIENT_SECRET, INSTALLER = "1001.2002", "made-up-client-secret", "ann"

# It listens on every interface, and has no option for it.
_ON_LOOPBACK = """\
const net = require("node:net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, port, "127.0.0.1", ...rest.filter((one) => typeof one === "function"));
};
"""


class Unavailable(Exception):
    """The server cannot be had here; says why."""


def fetch(folder: Path) -> Path:
    """Return the folder in which the server is installed, fetched by npm unless it is there already.

    Raises Unavailable where Node or npm is missing or cannot fetch it, ValueError if it is not the package we know.
    """
    _require_node()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run in several processes
        installed = folder / "node_modules" / ".package-lock.json"
        if not installed.exists():
            wanted = {name: version for name, (version, _) in _PACKAGES.items()}
            (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": wanted}))
            (folder / "loopback.cjs").write_text(_ON_LOOPBACK)
            _install(folder)
        packages = json.loads(installed.read_text("utf-8"))["packages"]
    found = {name.removeprefix("node_modules/"): (one["version"], one["integrity"]) for name, one in packages.items()}
    if found != {name: (version, f"sha512-{digest}") for name, (version, digest) in _PACKAGES.items()}:
        raise ValueError(f"{folder} holds other packages than emulate@{VERSION} and what it needs: {found}")
    return folder


def _require_node() -> None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise Unavailable("Node or npm is not installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < _OLDEST_NODE:
        raise Unavailable(f"Node is {version}, older than {_OLDEST_NODE}")


def _install(folder: Path) -> None:
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=90)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm did not fetch emulate@{VERSION} within 90 s") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr.splitlines() or [f"exit code {error.returncode}"])[0]
        raise Unavailable(f"npm cannot fetch emulate@{VERSION}: {said}") from None


class EmulatedSlack:
    """One workspace with our app registered, and `INSTALLER` in it."""

    def __init__(self, installed: Path, folder: Path, address: str, redirect_url: str) -> None:
        """It listens at `address` (HOST:PORT) and sends browsers to `redirect_url` only."""
        self._installed = installed
        self._port = address.rpartition(":")[2]
        self.root = f"http://{address}"
        self._process: asyncio.subprocess.Process | None = None
        self._seed = folder / "slack.json"
        app = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "name": "Digestbot",
            "redirect_uris": [redirect_url],
            "scopes": list(SCOPES),
        }
        seed = {"slack": {"team": {"name": "Acme"}, "users": [{"name": INSTALLER}], "oauth_apps": [app]}}
        self._seed.write_text(json.dumps(seed), "utf-8")

    async def start(self) -> None:
        """Start; returns once it answers. Raises RuntimeError if it does not."""
        program = self._installed / "node_modules" / "emulate" / "dist" / "index.js"
        self._process = await asyncio.create_subprocess_exec(
            *("node", "--require", self._installed / "loopback.cjs", program, "start"),
            *("--service", "slack", "--port", self._port, "--seed", self._seed),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                while not await self._answers():
                    await asyncio.sleep(0.1)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End it; without effect where it does not run."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def approve(self, page: str) -> str:
        """Open the page that asks for consent, and consent as `INSTALLER`; return where the browser is sent then."""
        async with aiohttp.ClientSession() as session:
            async with session.get(page) as shown:
                content = await shown.text()
                assert shown.status == 200, content
            forms = re.findall(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', content, re.DOTALL)
            action, form = next(one for one in forms if f">{INSTALLER}<" in one[1])
            fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
            sent = {name: unescape(value) for name, value in fields}
            async with session.post(urljoin(page, action), data=sent, allow_redirects=False) as answer:
                assert answer.status == 302
                return answer.headers["Location"]

    async def call(self, method: str, token: str, **parameters: str) -> dict[str, Any]:
        """Call the Web API."""
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
            session.post(f"{self.root}/api/{method}", data=parameters) as answer,
        ):
            return cast("dict[str, Any]", await answer.json())

    async def _answers(self) -> bool:
        if self._process is None or self._process.returncode is not None:
            raise RuntimeError("the emulated Slack has ended")
        try:
            await self.call("api.test", "")
        except (aiohttp.ClientError, ValueError):
            return False
        return True
