"""Write the sample city as feed files: `python -m lab.city --out DIR`.

The same seed and the same first day give the same bytes. Put into the connectors' inbox, the
files become cities to browse; shows of today that have begun already are refused by name.
"""

import argparse
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from lab.city.feeds import files, write
from lab.city.places import CITIES, VENUES

SEED = 7


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lab.city", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="gets a folder for each source")
    parser.add_argument("--seed", type=int, default=SEED, help=f"another city ({SEED})")
    parser.add_argument(
        "--start",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        help="first of the seven days, as YYYY-MM-DD (today in UTC)",
    )
    asked = parser.parse_args(argv)
    # A kind of line without any is no file.
    made = [file for file in files(asked.seed, asked.start) if file.lines]
    try:
        write(asked.out, made)
    except OSError as error:
        print(f"cannot write to {asked.out}: {error}", file=sys.stderr)
        return 1
    lines: Counter[str] = Counter()
    for file in made:
        lines[_kind(file.name)] += file.lines
    print(f"{len(CITIES)} cities, {len(VENUES)} venues, {len(made)} files in {asked.out}")
    for kind, count in lines.items():
        print(f"{count:6} {kind}")
    return 0


def _kind(name: str) -> str:
    """`counter sales` of `counter-sales-2030-01-31.csv`."""
    words = name.partition(".")[0].split("-")
    return " ".join(word for word in words if not word.isdigit())


if __name__ == "__main__":
    sys.exit(main())
