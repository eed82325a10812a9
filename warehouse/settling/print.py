"""An organizer's statement of a run as a PDF."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

from fpdf import FPDF

from warehouse import amounts
from warehouse.settling.statement import Statement

_FONT = "Helvetica"
_SHOW_COLUMNS = ("gross_amount", "refund_amount", "commission_amount", "fee_amount", "tax_amount")


def as_pdf(statement: Statement) -> bytes:
    """The same for print. Its built-in fonts know Latin letters only; others become `?`."""
    payout = statement.payout
    money = partial(amounts.money, currency=payout.currency)
    pdf = FPDF()
    # the same run gives the same bytes, whenever it is printed
    pdf.set_creation_date(datetime.combine(statement.settle_date, time(), UTC))
    pdf.add_page()
    pdf.set_font(_FONT, "B", 14)
    _line(pdf, f"Statement for {payout.organizer_id}")
    pdf.set_font(_FONT, size=9)
    _line(pdf, f"Run {statement.run_id} of {statement.settle_date}, in {payout.currency}")
    for words, amount in (
        ("Carried in", payout.carried_in),
        ("Earned in this run", payout.earned),
        ("Paid out", payout.amount),
        ("Carried to the next run", payout.carried_out),
    ):
        _line(pdf, f"{words}: {money(amount)}")
    if payout.reason:
        _line(pdf, f"Not paid out: {payout.reason}")
    seats = statement.seats_by_show
    for show in statement.shows:
        _show(pdf, show, seats.get(show["show_id"], []), money)
    return bytes(pdf.output())


def _show(
    pdf: FPDF,
    show: Mapping[str, Any],
    seats: Sequence[Mapping[str, Any]],
    money: "partial[str]",
) -> None:
    pdf.ln(3)
    pdf.set_font(_FONT, "B", 10)
    _line(pdf, f"{show['movie_title'] or show['show_id']}, {show['venue_name'] or ''}")
    pdf.set_font(_FONT, size=8)
    _line(pdf, f"{show['show_id']}, {show['show_starts_at'] or ''}, {show['ticket_count']} tickets")
    sums = ", ".join(
        f"{name.removesuffix('_amount')} {money(show[name])}" for name in _SHOW_COLUMNS
    )
    _line(pdf, f"{sums}; yours {money(show['payable_amount'])}")
    bookings: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for seat in seats:
        bookings[seat["booking_id"]].append(seat)
    for booking_id, theirs in bookings.items():
        each = ", ".join(f"{seat['seat_id']} {money(seat['price'])}" for seat in theirs)
        back = theirs[0]["refund_amount"]
        told = f"   {booking_id}: {each}" + (f"; given back {money(back)}" if back else "")
        _line(pdf, told)


def _line(pdf: FPDF, text: str) -> None:
    latin = text.encode("latin-1", "replace").decode("latin-1")
    pdf.multi_cell(0, None, latin, new_x="LMARGIN", new_y="NEXT")
