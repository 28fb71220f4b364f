"""All of the chaos: `make chaos`, `make chaos ARGS="sqlite --seed=7"`; tells what was done and what came of it."""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.arena import PARTS, Arena, arena
from tests.chaos.campaign import Plan, carry_out, mixed
from tests.chaos.members import BOT, CLOCKED_BOT
from tests.chaos.stores import SqliteStore, Store, postgresql_store
from tests.chaos.story import story
from tests.contract.databases import PostgresqlGuard

_LONGEST_GAP, _BACKLOG, _PATIENCE = 4.0, 60, 240.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """One long run."""

    store: str
    kills: int
    rounds: int
    """How often everything else happens."""
    processes: int = 1
    """Of the bot, at the same time."""
    jumps: int = 0
    """Of the clock."""


CAMPAIGNS = {
    "sqlite": Campaign("sqlite", kills=50, rounds=3),
    "postgresql": Campaign("postgresql", kills=50, rounds=3),
    "takeover": Campaign("postgresql", kills=20, rounds=2, processes=2),
    "clock": Campaign("sqlite", kills=6, rounds=1, jumps=12),
}


def main() -> int:
    """Return the exit code: 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("campaigns", nargs="*", metavar="NAME", help=f"of {', '.join(CAMPAIGNS)}; without: all")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="the same seed is the same plan")
    parser.add_argument("--readers", type=int, default=40)
    parser.add_argument("--only", metavar="A,B,…", help="these strikes instead, in an order of the seed's")
    given = parser.parse_args()
    if unknown := set(given.campaigns) - set(CAMPAIGNS):
        parser.error(f"no campaign is called {', '.join(sorted(unknown))}; there are: {', '.join(CAMPAIGNS)}")
    held = [asyncio.run(_run(name, given)) for name in given.campaigns or CAMPAIGNS]
    return 0 if all(held) else 1


async def _run(name: str, given: argparse.Namespace) -> bool:
    """Return whether every promise was kept."""
    campaign, began = CAMPAIGNS[name], time.monotonic()
    strikes = given.only.split(",") if given.only else _strikes(campaign)
    random.Random(given.seed).shuffle(strikes)
    print(f"{name}: seed {given.seed}, {len(strikes)} strikes", flush=True)
    folder = Path(tempfile.mkdtemp(prefix=f"digestbot-chaos-{name}-"))
    async with (
        _store(campaign.store, folder, given.seed) as store,
        arena(store, folder, seed=given.seed, readers=given.readers) as place,
    ):
        place.program = CLOCKED_BOT if "clock" in strikes else BOT
        plan = Plan(strikes, _LONGEST_GAP, _BACKLOG, _PATIENCE)
        violations = await carry_out(place, plan, processes=campaign.processes)
        print(f"{name}: {await _figures(place, strikes)}; {time.monotonic() - began:.0f} s", flush=True)
        if violations:
            print(await story(place, violations))
            print(f"The bot's own logs are in {folder}. The same again: make chaos ARGS='{_again(name, given)}'")
            return False
    shutil.rmtree(folder)
    return True


def _strikes(campaign: Campaign) -> list[str]:
    found = mixed(campaign.store, campaign.kills, campaign.rounds) + ["clock"] * campaign.jumps
    return found + ["outlive"] * campaign.rounds if campaign.processes > 1 else found


def _again(name: str, given: argparse.Namespace) -> str:
    only = f' --only="{given.only}"' if given.only else ""
    return f"{name} --seed={given.seed} --readers={given.readers}{only}"


async def _figures(place: Arena, strikes: Sequence[str]) -> str:
    receipts = Counter(receipt.state for report in await place.reports() for receipt in report.receipts)
    states = ", ".join(f"{count} {state}" for state, count in receipts.most_common())
    kinds = ", ".join(f"{count} × {kind}" for kind, count in sorted(Counter(strikes).items()))
    return (
        f"{place.issues} issues of {PARTS} parts to {len(place.places)} places ({states}); {place.kills} kills, at most"
        f" {place.most_in_flight} parts in flight; {kinds}"
    )


@asynccontextmanager
async def _store(kind: str, folder: Path, seed: int) -> AsyncIterator[Store]:
    if kind == "sqlite":
        yield SqliteStore(folder / "digestbot.db")
        return
    guard = PostgresqlGuard()
    try:
        async with postgresql_store(guard, seed=seed) as store:
            yield store
    finally:
        guard.close()


if __name__ == "__main__":
    sys.exit(main())
