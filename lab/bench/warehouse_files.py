"""What the gateway and the theatres say of the month, in files after `contracts/`, with breaks.

Breaks are planted where the plan says, so many of each kind, and remembered: what the
reconciliation finds is held against what was planted, both ways.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

import msgspec

GATEWAY = "sandbox"
FEE_BPS = 190


class Kind(StrEnum):
    """What a line of a gateway file is about."""

    CAPTURE = "capture"
    REFUND = "refund"


class Break(StrEnum):
    """What can be wrong between what we booked and what others report."""

    MISSING_IN_GATEWAY = "missing_in_gateway"
    MISSING_IN_LEDGER = "missing_in_ledger"
    AMOUNT = "amount"
    FEE = "fee"
    DUPLICATE = "duplicate"
    THEATRE_MISMATCH = "theatre_mismatch"


OF_PAYMENTS = tuple(kind for kind in Break if kind is not Break.THEATRE_MISMATCH)


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """One paid booking."""

    reference: str
    booking_id: str
    seats: tuple[str, ...]
    amount: int
    currency: str
    at: datetime


class Books:
    """Writes their files beneath `folder`; plants `each` breaks of each kind."""

    def __init__(self, folder: Path, *, each: int, bookings: int, shows: int) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._each = each
        self._step = max(bookings // max(each, 1) * 8 // 10, len(OF_PAYMENTS) + 1)
        self._show_step = max(shows // max(each, 1), 1)
        self.planted: set[tuple[str, str]] = set()
        self._count: Counter[Break] = Counter()
        self._sales = self._shows = self._lines = 0
        self._gateway: dict[str, list[tuple[object, ...]]] = {}
        self._theatres: dict[str, list[tuple[object, ...]]] = {}
        self._kept: Counter[str] = Counter()
        self._tickets: Counter[str] = Counter()

    def sold(self, show_id: str, sale: Sale, *, is_steady: bool) -> None:
        """A booking was paid; `is_steady`: it stays, so a break can be planted on it."""
        self._kept[show_id] += sale.amount
        self._tickets[show_id] += len(sale.seats)
        self._sales += 1
        place = self._sales % self._step
        kind = OF_PAYMENTS[place] if place < len(OF_PAYMENTS) else None
        amount = sale.amount
        if kind is not None and is_steady and self._count[kind] < self._each:
            self._plant(kind, sale.reference if kind is not Break.MISSING_IN_LEDGER else None)
            if kind is Break.MISSING_IN_GATEWAY:
                return
            if kind is Break.AMOUNT:
                amount += 1 + self._sales % 97
            if kind is Break.DUPLICATE:
                self.line(Kind.CAPTURE, sale.reference, amount, sale.currency, sale.at)
            if kind is Break.MISSING_IN_LEDGER:
                self.line(Kind.CAPTURE, f"stray.{self._sales}", amount, sale.currency, sale.at)
            if kind is Break.FEE:
                self.line(Kind.CAPTURE, sale.reference, amount, sale.currency, sale.at, fee_off=1)
                return
        self.line(Kind.CAPTURE, sale.reference, amount, sale.currency, sale.at)

    def returned(self, show_id: str, sale: Sale) -> None:
        """A booking was given back before its show was over: the theatre does not see it."""
        self._kept[show_id] -= sale.amount
        self._tickets[show_id] -= len(sale.seats)

    def line(
        self,
        kind: Kind,
        reference: str,
        amount: int,
        currency: str,
        at: datetime,
        *,
        fee_off: int = 0,
    ) -> None:
        """One line of the gateway's file of the day."""
        self._lines += 1
        fee = _share(amount) + fee_off if kind is Kind.CAPTURE else 0
        self._gateway.setdefault(currency, []).append(
            (f"g{self._lines}", kind, reference, amount, currency, fee, at.isoformat())
        )

    def close_show(self, show_id: str, organizer_id: str, currency: str) -> None:
        """The show is sold out or over: what its theatre counted."""
        self._shows += 1
        tickets, amount = self._tickets.pop(show_id, 0), self._kept.pop(show_id, 0)
        kind = Break.THEATRE_MISMATCH
        if self._shows % self._show_step == 0 and self._count[kind] < self._each:
            self._plant(kind, show_id)
            if self._shows % 2:
                tickets += 1
            else:
                amount += 1
        self._theatres.setdefault(organizer_id, []).append((show_id, tickets, amount, currency))

    def close_day(self, day: date) -> None:
        """Write the day's files."""
        for currency, rows in self._gateway.items():
            net = sum(int(str(row[3])) * (1 if row[1] is Kind.CAPTURE else -1) for row in rows)
            head = ("line_id", "kind", "reference", "amount", "currency", "fee", "at")
            total = (
                len(rows),
                "total",
                "",
                net,
                currency,
                sum(int(str(row[5])) for row in rows),
                "",
            )
            self._write(f"gateway-{GATEWAY}-{currency}-{day}.csv", [head, *rows, total])
        for organizer_id, reports in self._theatres.items():
            columns = ("show_id", "ticket_count", "amount", "currency")
            self._write(f"theatre-{organizer_id}-{day}.csv", [columns, *reports])
        self._gateway.clear()
        self._theatres.clear()

    def _plant(self, kind: Break, about: str | None) -> None:
        self._count[kind] += 1
        self.planted.add((kind, f"stray.{self._sales}" if about is None else about))

    def _write(self, name: str, rows: list[tuple[object, ...]]) -> None:
        with (self._folder / name).open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def contracts(path: Path, houses: Sequence[tuple[str, str]]) -> None:
    """What was agreed with each house: other terms for each, and new ones in the middle."""
    head = ("organizer_id", "currency", "valid_from", "commission_bps", "ticket_fee", "tax_bps")
    account = ("settle_days", "account_name", "account", "bank")
    rows: list[tuple[object, ...]] = [(*head, *account)]
    for number, (organizer_id, currency) in enumerate(houses):
        for valid_from, commission in (("2026-01-01", 1000), ("2026-10-16", 900)):
            share, fee, days = commission + number % 7 * 25, number % 3 * 10, 1 + number % 2
            whose = (organizer_id, f"ACCT{number:08}", "HOUSGBBB")
            rows.append((organizer_id, currency, valid_from, share, fee, 1800, days, *whose))
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _share(amount: int) -> int:
    whole, rest = divmod(amount * FEE_BPS, 10_000)
    return whole + (rest > 5_000 or (rest == 5_000 and whole % 2 == 1))
