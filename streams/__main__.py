"""The writers as processes: `python -m streams seats | catalogue | search | reindex`."""

import argparse
import asyncio
import importlib
import os
import sys

import uvloop

from justbookit.settings import Settings

COMMANDS = {
    "seats": ("streams.seats.agent", "decide who sits where"),
    "catalogue": ("streams.catalogue.agent", "decide what is on"),
    "search": ("streams.search.agent", "keep what browsing reads"),
    "reindex": ("streams.search.reindex", "build what browsing reads anew, without a gap"),
}
"""Each with the module whose `run(settings)` does it; imported only when it is asked for."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m streams", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, what) in COMMANDS.items():
        commands.add_parser(name, help=what, description=what)
    module, _ = COMMANDS[parser.parse_args(arguments).command]
    # Most of what a writer does between two small batches is wake up: uvloop does that for less.
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    importlib.import_module(module).run(Settings.read(os.environ))


if __name__ == "__main__":
    main(sys.argv[1:])
