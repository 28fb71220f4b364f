"""The full chaos: `make chaos`, `make chaos ARGS="--seed=7 --database=sqlite"`; tells what was done and what it did."""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.arena import PARTS, Arena, arena
from tests.chaos.campaign import Plan, carry_out, mixed
from tests.chaos.members import BOT, CLOCKED_BOT
from tests.chaos.stores import PostgresqlStore, SqliteStore, Store
from tests.chaos.story import story
from tests.contract.databases import PostgresqlGuard

_KILLS, _ROUNDS = 50, 3
_READERS = 40
_LONGEST_GAP, _BACKLOG, _PATIENCE = 5.0, 60, 240.0


def main() -> int:
    """Return the exit code: 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="the same seed is the same plan")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--kills", type=int, default=_KILLS)
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="how often everything else happens")
    parser.add_argument("--processes", type=int, default=1, help="of the bot at the same time; more than 1: PostgreSQL")
    parser.add_argument("--readers", type=int, default=_READERS)
    parser.add_argument("--only", metavar="A,B,…", help="exactly these strikes, in an order of the seed's")
    parser.add_argument("--clock", action="store_true", help="let the clock jump too")
    given = parser.parse_args()
    names = ["sqlite", "postgresql"] if given.database == "both" else [given.database]
    print(f"seed {given.seed}")
    broken = [name for name in names if not asyncio.run(_run(name, given))]
    return 1 if broken else 0


async def _run(name: str, given: argparse.Namespace) -> bool:
    rng, processes = random.Random(given.seed), 1 if name == "sqlite" else given.processes
    strikes = (
        given.only.split(",")
        if given.only
        else mixed(name, given.kills, given.rounds, clock=given.clock, processes=processes)
    )
    rng.shuffle(strikes)
    folder = Path(tempfile.mkdtemp(prefix=f"digestbot-chaos-{name}-"))
    began = time.monotonic()
    with _store(name, folder) as store:
        async with arena(store, folder, seed=given.seed, readers=given.readers) as place:
            place.program = CLOCKED_BOT if given.clock else BOT
            violations = await carry_out(place, Plan(strikes, _LONGEST_GAP, _BACKLOG, _PATIENCE), processes=processes)
            print(f"{name}: {await _figures(place, strikes)}, {time.monotonic() - began:.0f} s")
            if violations:
                print(await story(place, violations))
                print(
                    f"logs: {folder}; again: make chaos ARGS='{' '.join(sys.argv[1:])} --seed={given.seed} --database={name}'"
                )
                return False
    shutil.rmtree(folder)
    return True


async def _figures(place: Arena, strikes: list[str]) -> str:
    receipts = [receipt.state for report in await place.reports() for receipt in report.receipts]
    states = ", ".join(f"{count} {state}" for state, count in Counter(receipts).most_common())
    kinds = ", ".join(f"{count} × {kind}" for kind, count in sorted(Counter(strikes).items()))
    return (
        f"{place.issues} issues of {PARTS} parts to {len(place.places)} places: {states}; {place.kills} kills with at"
        f" most {place.most_in_flight} parts in flight ({kinds})"
    )


@contextmanager
def _store(name: str, folder: Path) -> Iterator[Store]:
    if name == "sqlite":
        yield SqliteStore(folder / "digestbot.db")
        return
    guard = PostgresqlGuard()
    try:
        yield PostgresqlStore(guard)
    finally:
        guard.close()


if __name__ == "__main__":
    sys.exit(main())
