"""Theatre feeds: `python -m connectors run | feeds | add-source NAME`.

`run` watches the folder and opens the push door; `feeds` shows what came in and what was
refused; `add-source` gives a theatre's system a secret to sign its pushes with.
"""

import argparse
import asyncio
import logging
import os
import sys

import msgspec
import psycopg
from psycopg_pool import PoolTimeout
from rich.console import Console

from connectors import report
from connectors.feeds.line import PLATFORM, is_source
from connectors.folder import FolderTaken
from connectors.producer import KafkaAway
from connectors.push.signature import new_secret
from connectors.reader import Reader
from connectors.run import run
from connectors.store import Store
from justbookit.ids import OrganizerId, SourceId, is_id
from justbookit.settings import Settings


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m connectors", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="take feeds from the folder and over HTTP")
    feeds = commands.add_parser("feeds", help="what came in, and what was refused and why")
    feeds.add_argument("--json", action="store_true", help="all of it, for programs")
    add = commands.add_parser("add-source", help="let a theatre's system push; prints its secret")
    add.add_argument("name", help="the source's name: a-z, 0-9, '-' and '_'")
    add.add_argument("--organizer", help="whom it acts for (the organizer of the same name)")
    add.add_argument(
        "--rotate", action="store_true", help="a new secret; the one before stays good as well"
    )
    asked = parser.parse_args(argv)
    try:
        settings = Settings.read(os.environ)
    except ValueError as error:
        parser.error(str(error))
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("kafka", "psycopg.pool"):
        # What they complain of is said once, in our words, by whoever cannot go on.
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    try:
        match asked.command:
            case "run":
                asyncio.run(run(settings))
                return 0
            case "feeds":
                return _feeds(settings, as_json=asked.json)
            case _:
                return _add_source(settings, asked.name, asked.organizer, rotate=asked.rotate)
    except FolderTaken as error:
        return _complain(str(error))
    except (KafkaAway, PoolTimeout, psycopg.OperationalError) as error:
        return _complain(f"{error}; is the stack up?")


def _feeds(settings: Settings, *, as_json: bool) -> int:
    store = Store(settings.postgres)
    try:
        found = report.gather(store, Reader(settings.kafka))
    finally:
        store.close()
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        report.show(found, Console())
    return 0


def _add_source(settings: Settings, name: str, organizer: str | None, *, rotate: bool) -> int:
    if not is_source(name):
        return _complain(f"{name!r} is no name for a source: a-z, 0-9, '-' and '_' only")
    if organizer is not None and not is_id(organizer):
        return _complain(f"{organizer!r} is no organizer's id")
    source = SourceId(name)
    default = None if source == PLATFORM else OrganizerId(name)
    secret = new_secret()
    store = Store(settings.postgres)
    try:
        if rotate:
            if not store.rotate(source, secret):
                return _complain(f"there is no source {name} to give another secret")
        elif not store.add_source(
            source, default if organizer is None else OrganizerId(organizer), secret
        ):
            return _complain(f"{name} has a secret already; --rotate gives it a new one")
    finally:
        store.close()
    print(secret)
    return 0


def _complain(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
