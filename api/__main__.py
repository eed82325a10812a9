"""The API's commands: `python -m api serve` and `python -m api demo-logins`."""

import argparse
import asyncio
import os
import sys

from api.demo import demo_logins
from api.server import CannotServe, serve
from justbookit.settings import Settings


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer HTTP until told to stop")
    commands.add_parser("demo-logins", help="make customers and keys to try things with")
    asked = parser.parse_args(argv)
    settings = Settings.read(os.environ)
    match asked.command:
        case "serve":
            try:
                serve(settings)
            except CannotServe as error:
                print(error, file=sys.stderr)
                return 1
        case "demo-logins":
            for line in asyncio.run(demo_logins(settings)):
                print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
