"""How long `digestbot --help` takes beside a bare typer program of as many commands.

SDKs are imported when they are used. The two programs take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
BOUND = 1.5

BARE = """
import typer

app = typer.Typer(help="Does as little as a program can.")
{commands}
app()
"""
COMMAND = '''
@app.command()
def command_{number}(name: str = typer.Argument("x", help="A name."), loud: bool = typer.Option(False, help="Aloud.")):
    """Say a name."""
'''


def main() -> bool:
    """Print the medians and their ratio; return whether it is within the bound."""
    from bot.cli import app

    commands = "".join(COMMAND.format(number=number) for number in range(len(app.registered_commands)))
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare.py")
        bare.write_text(BARE.format(commands=commands), "utf-8")
        programs = {"bare typer": [str(bare)], "digestbot": ["-m", "bot"]}
        taken: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(ROUNDS + 1):
            for name, program in programs.items():
                taken[name].append(seconds([*program, "--help"]))
    # the first round fills the file cache
    medians = {name: statistics.median(times[1:]) for name, times in taken.items()}
    ratio = medians["digestbot"] / medians["bare typer"]
    print(f"--help, median of {ROUNDS} interleaved rounds")
    for name, median in medians.items():
        print(f"  {name:<12} {median * 1000:7.0f} ms")
    print(f"  {'ratio':<12} {ratio:7.2f}     (at most {BOUND})")
    return ratio <= BOUND


def seconds(arguments: list[str]) -> float:
    """Return the wall time of one run of Python."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - started
