"""A run's files, in `<home>/settlement/<run>/`: for the bank, the accountants, the theatres."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from justbookit.settings import Settings
from warehouse.settling import accounts, journal, lines, payments, runs, statement
from warehouse.settling.accounts import Account
from warehouse.settling.statement import Statement
from warehouse.settling.steps import NoRun

_RUN = "SELECT settle_date, created_at FROM settlement.runs WHERE run_id = %(run_id)s"


def folder_of(settings: Settings, run_id: str) -> Path:
    """Where a run's files lie."""
    return Path(settings.home).resolve() / "settlement" / run_id


def write(settings: Settings, run_id: str, *, statements: bool = False) -> list[Path]:
    """Write the run's files, or its organizers' statements; the same run gives the same files.

    Raises NoRun when there is none of that name, NoAccount when a currency is paid out that none
    of our accounts is for; then no file is written.
    """
    folder = folder_of(settings, run_id)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        found = connection.execute(_RUN, {"run_id": run_id}).fetchone()
        if found is None:
            raise NoRun(f"there is no run {run_id}")
        settle_date, made_at = found
        made = (
            _statements(connection, run_id, settle_date)
            if statements
            else _books(connection, run_id, settle_date, made_at, accounts.payers(settings.payers))
        )
        for name, content in list(made):
            draft = folder / f".{name}.part"
            draft.write_bytes(content)
            draft.replace(folder / name)
            written.append(folder / name)
    return written


def _books(
    connection: psycopg.Connection,
    run_id: str,
    settle_date: date,
    made_at: datetime,
    ours: Mapping[str, Account],
) -> Iterator[tuple[str, bytes]]:
    yield from _payments(connection, run_id, settle_date, made_at, ours)
    entries = lines.journal(connection, run_id)
    yield "journal.csv", journal.write(run_id, settle_date, entries).encode()


def _payments(
    connection: psycopg.Connection,
    run_id: str,
    settle_date: date,
    made_at: datetime,
    ours: Mapping[str, Account],
) -> Iterator[tuple[str, bytes]]:
    for currency, content in payments.files(
        lines.payments(connection, run_id),
        run_id=run_id,
        made_at=made_at.astimezone(UTC),
        pay_on=settle_date,
        ours=ours,
    ):
        yield f"pain001-{currency}.xml", content


def _statements(
    connection: psycopg.Connection, run_id: str, settle_date: date
) -> Iterator[tuple[str, bytes]]:
    # the library for PDF takes longer to import than everything else here together
    from warehouse.settling import print as printing  # noqa: PLC0415

    for payout in runs.payouts(connection, run_id):
        whose = {
            "run_id": run_id,
            "organizer_id": payout.organizer_id,
            "currency": payout.currency,
        }
        told = Statement(
            run_id=run_id,
            settle_date=settle_date,
            payout=payout,
            shows=lines.shows(connection, **whose),
            seats=lines.seats(connection, **whose),
        )
        name = f"statement-{payout.organizer_id}-{payout.currency}"
        yield f"{name}.html", statement.as_html(told).encode()
        yield f"{name}.pdf", printing.as_pdf(told)
