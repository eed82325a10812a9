"""Contracts with organizers, from a CSV file: effective-dated, added to, never rewritten.

A new row that begins later ends the one before it. What was written once stays: the day it was
agreed for may be settled already.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import psycopg

from justbookit.errors import JustBookItError
from justbookit.settings import Settings
from warehouse.settling import accounts

_BasisPoints = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=140)]

_END = """
UPDATE settlement.contracts
   SET valid_until = %(valid_from)s
 WHERE organizer_id = %(organizer_id)s
   AND currency = %(currency)s
   AND valid_from < %(valid_from)s
   AND valid_until IS NULL
"""
_ADD = """
INSERT INTO settlement.contracts
       (organizer_id, currency, valid_from, valid_until, commission_bps, ticket_fee, tax_bps,
        settle_days, account_name, account, bank)
VALUES (%(organizer_id)s, %(currency)s, %(valid_from)s, %(valid_until)s, %(commission_bps)s,
        %(ticket_fee)s, %(tax_bps)s, %(settle_days)s, %(account_name)s, %(account)s, %(bank)s)
ON CONFLICT (organizer_id, currency, valid_from) DO NOTHING
"""
_KNOWN = """
SELECT commission_bps, ticket_fee, tax_bps, settle_days, account_name, account, bank
  FROM settlement.contracts
 WHERE organizer_id = %(organizer_id)s
   AND currency = %(currency)s
   AND valid_from = %(valid_from)s
"""


class ContractRefused(JustBookItError):
    """Nothing of the file was taken; the message names the line and the rule."""


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """One row; `ticket_fee` in minor units, `valid_until` is the first day it no longer holds."""

    organizer_id: _Text
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    valid_from: date
    commission_bps: _BasisPoints
    account_name: _Text
    account: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9]{4,34}$")]
    bank: Annotated[str, msgspec.Meta(pattern="^[A-Z0-9]{8}([A-Z0-9]{3})?$")]
    ticket_fee: Annotated[int, msgspec.Meta(ge=0)] = 0
    tax_bps: _BasisPoints = 0
    settle_days: Annotated[int, msgspec.Meta(ge=0, le=30)] = 1
    valid_until: date | None = None


def take(settings: Settings, path: Path) -> int:
    """Add the contracts of a file, all or none; how many were new.

    Raises ContractRefused for a line that is none, that overlaps another, or that says
    something else of a day that was agreed on before.
    """
    added = 0
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        for number, contract in _read(path):
            values = msgspec.structs.asdict(contract)
            try:
                connection.execute(_END, values)
                new = connection.execute(_ADD, values).rowcount
            except psycopg.errors.ExclusionViolation as error:
                raise ContractRefused(
                    f"{path.name}, line {number}: {contract.organizer_id} has a contract for"
                    f" {contract.currency} that holds then: end it with its valid_until first"
                ) from error
            if not new and connection.execute(_KNOWN, values).fetchone() != _terms(contract):
                raise ContractRefused(
                    f"{path.name}, line {number}: {contract.organizer_id} agreed on other terms"
                    f" from {contract.valid_from}; begin the new ones on another day"
                )
            added += new
    return added


def _terms(contract: Contract) -> tuple[object, ...]:
    return (
        contract.commission_bps,
        contract.ticket_fee,
        contract.tax_bps,
        contract.settle_days,
        contract.account_name,
        contract.account,
        contract.bank,
    )


def _read(path: Path) -> list[tuple[int, Contract]]:
    contracts = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            given = {name: value for name, value in row.items() if value not in {"", None}}
            try:
                contract = msgspec.convert(given, Contract, strict=False)
            except msgspec.ValidationError as error:
                raise ContractRefused(f"{path.name}, line {number}: {error}") from error
            if wrong := accounts.fault(contract.account, contract.bank):
                raise ContractRefused(f"{path.name}, line {number}: {wrong}")
            contracts.append((number, contract))
    return sorted(contracts, key=lambda each: each[1].valid_from)
