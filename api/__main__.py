"""The API's commands: `python -m api serve`, `demo-logins`, `grant` and `revoke`."""

import argparse
import asyncio
import os
import sys

from api.demo import demo_logins
from api.reports import roles
from api.reports.reading import Role
from api.server import CannotServe, serve
from justbookit.settings import Settings


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer HTTP until told to stop")
    commands.add_parser("demo-logins", help="make customers and keys to try things with")
    for name, words in (("grant", "let somebody read reports"), ("revoke", "let them no longer")):
        command = commands.add_parser(name, help=words)
        command.add_argument("email", help="what they registered with")
        command.add_argument("role", choices=[role.value for role in Role])
        command.add_argument("--organizer", default="", help="for `theatre`: whose statements")
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
        case "grant" | "revoke":
            changing = roles.grant if asked.command == "grant" else roles.revoke
            try:
                print(asyncio.run(changing(settings, asked.email, asked.role, asked.organizer)))
            except roles.RoleRefused as error:
                print(error, file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
