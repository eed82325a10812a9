"""An organizer's statement of a run as a PDF."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

from anyascii import anyascii
from fpdf import FPDF

from warehouse import amounts
from warehouse.settling.statement import Statement

_FONT = "Helvetica"
_LAST_LATIN = "\u00ff"
_SUMS = {
    "Paid": "gross_amount",
    "Given back": "refund_amount",
    "Commission": "commission_amount",
    "Fees": "fee_amount",
    "Tax": "tax_amount",
    "Yours": "payable_amount",
}
"""The columns of money, in the words of the page: what a show sold for, what is taken from it, and
what is left."""

_WIDTHS = (42, 28, 14, *(20 for _ in _SUMS))
_ALIGNED = ("LEFT", "LEFT", *("RIGHT" for _ in _WIDTHS[2:]))

Show = Mapping[str, Any]


class _Paper(FPDF):
    """Pages with a number each."""

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(_FONT, size=7)
        self.cell(0, None, f"{self.page_no()} of {{nb}}", align="R")


def as_pdf(statement: Statement) -> bytes:
    """The same for print, in built-in fonts; see `readable`."""
    payout = statement.payout
    money = partial(amounts.money, currency=payout.currency)
    pdf = _Paper()
    # the same run gives the same bytes, whenever it is printed
    pdf.set_creation_date(datetime.combine(statement.settle_date, time(), UTC))
    pdf.add_page()
    pdf.set_font(_FONT, "B", 16)
    _line(pdf, f"Statement for {payout.organizer_id}")
    pdf.ln(1)
    pdf.set_font(_FONT, size=9)
    _line(pdf, f"Run {statement.run_id} of {statement.settle_date}, in {payout.currency}")
    pdf.ln(3)
    with pdf.table(
        width=80, col_widths=(50, 30), align="LEFT", text_align=("LEFT", "RIGHT")
    ) as sums:
        sums.row(("Payout", payout.currency))
        for words, amount in (
            ("Carried in", payout.carried_in),
            ("Earned in this run", payout.earned),
            ("Paid out", payout.amount),
            ("Carried to the next run", payout.carried_out),
        ):
            sums.row((words, money(amount)))
    if payout.reason:
        pdf.ln(2)
        _line(pdf, f"Not paid out: {payout.reason}")
    _shows(pdf, statement.shows, money)
    seats = statement.seats_by_show
    for show in statement.shows:
        _seats(pdf, show, seats.get(show["show_id"], []), money)
    return bytes(pdf.output())


def _shows(pdf: FPDF, shows: Sequence[Show], money: "partial[str]") -> None:
    pdf.ln(4)
    pdf.set_font(_FONT, size=7.5)
    with pdf.table(col_widths=_WIDTHS, text_align=_ALIGNED, line_height=4) as table:
        table.row(("Show", "Begins (UTC)", "Tickets", *_SUMS))
        for show in shows:
            table.row(
                (
                    readable(_title(show)),
                    _begins(show),
                    str(show["ticket_count"]),
                    *(money(show[name]) for name in _SUMS.values()),
                )
            )
        table.row(
            (
                "All shows",
                "",
                str(sum(show["ticket_count"] for show in shows)),
                *(money(sum(show[name] for show in shows)) for name in _SUMS.values()),
            )
        )


def _seats(
    pdf: FPDF, show: Show, seats: Sequence[Mapping[str, Any]], money: "partial[str]"
) -> None:
    pdf.ln(3)
    pdf.set_font(_FONT, "B", 9)
    _line(pdf, ", ".join((_title(show), *_where(show), f"{_begins(show)} UTC")))
    pdf.set_font(_FONT, size=7.5)
    _line(pdf, f"Show {show['show_id']}")
    bookings: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for seat in seats:
        bookings[seat["booking_id"]].append(seat)
    for booking_id, theirs in bookings.items():
        each = ", ".join(f"{seat['seat_id']} {money(seat['price'])}" for seat in theirs)
        back = theirs[0]["refund_amount"]
        told = f"   {booking_id}: {each}" + (f"; given back {money(back)}" if back else "")
        _line(pdf, told)


def _title(show: Show) -> str:
    return str(show["movie_title"] or show["show_id"])


def _where(show: Show) -> list[str]:
    return [str(show[name]) for name in ("theatre_name", "venue_name") if show[name]]


def _begins(show: Show) -> str:
    at = show["show_starts_at"]
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""


def readable(text: str) -> str:
    """A text in the Latin letters that built-in fonts know; others are spelt as they sound."""
    return "".join(each if each <= _LAST_LATIN else anyascii(each) for each in text)


def _line(pdf: FPDF, text: str) -> None:
    pdf.multi_cell(0, None, readable(text), new_x="LMARGIN", new_y="NEXT")
