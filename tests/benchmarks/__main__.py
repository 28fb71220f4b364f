"""Run every benchmark, or those that are named: `make bench`, `make bench ARGS=help`.

A benchmark is a module `bench_NAME` here whose `main` prints a table and returns whether its bounds hold.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> int:
    """Return the exit code: 1 if a bound does not hold, 2 if a name is unknown."""
    known = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    wanted = sys.argv[1:] or known
    if unknown := sorted(set(wanted) - set(known)):
        print(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    missed = [name for name in wanted if not importlib.import_module(f"tests.benchmarks.bench_{name}").main()]
    for name in missed:
        print(f"{name}: a bound does not hold", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
