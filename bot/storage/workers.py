"""What tells one process from another, and whether another one on this machine is surely dead."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

_PROC = Path("/proc")


def worker_id() -> str:
    """Return a name that no other process ever has: where and what this one is, and a random number."""
    return "/".join((_machine(), str(os.getpid()), _started(os.getpid()) or "", uuid.uuid4().hex[:8]))


def is_surely_dead(worker: str) -> bool:
    """Return whether `worker` ran on this machine and has ended. What cannot be known is not sure."""
    machine, number, started, _ = worker.split("/") if worker.count("/") == 3 else ("", "", "", "")
    if not started or not number.isdigit() or machine != _machine():
        return False
    return _started(int(number)) != started


def _machine() -> str:
    """Return what processes have in common that see each other: the boot, and the namespace of process numbers."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return uuid.uuid4().hex


def _started(process: int) -> str | None:
    """Return when a process began, in the kernel's ticks; None if there is none, or only its remains."""
    try:
        # the second field, the program's name, may hold anything but ends with the last parenthesis
        fields = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else fields[19]
