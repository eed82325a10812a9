"""A run as the accountants take it: one CSV line for each entry, debits and credits balanced."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import date

from justbookit.errors import BrokenInvariant
from warehouse.amounts import plain_money
from warehouse.settling.lines import Entry

COLUMNS = ("run_id", "settle_date", "organizer_id", "account", "currency", "debit", "credit")


def write(run_id: str, settle_date: date, entries: Sequence[Entry]) -> str:
    """The file. Raises BrokenInvariant when debits and credits of a currency differ."""
    sums: Counter[str] = Counter()
    for each in entries:
        sums[each.currency] += each.debit - each.credit
    if wrong := {currency: amount for currency, amount in sums.items() if amount}:
        raise BrokenInvariant(f"the journal of {run_id} does not balance: {wrong}")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in entries:
        debit, credit = (plain_money(sum_, each.currency) for sum_ in (each.debit, each.credit))
        row = (run_id, settle_date, each.organizer_id, each.account, each.currency, debit, credit)
        writer.writerow(row)
    return out.getvalue()
