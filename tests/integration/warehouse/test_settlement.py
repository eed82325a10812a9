"""A day's money from the log to the bank's file and back, with what goes wrong on the way."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import psycopg
import pytest

from justbookit import wire
from justbookit.errors import MalformedMessage
from justbookit.seat_events import BookingCancelled, BookingChanged, BookingConfirmed
from justbookit.settings import Settings
from justbookit.settlement import NotAllowed, PayoutStatus, RunStatus
from warehouse.build import Step, build
from warehouse.publish import publish
from warehouse.record import Record
from warehouse.reporting import site
from warehouse.settling import accounts, contracts, files, intake, steps
from warehouse.settling.payments import NAMESPACE

# dbt builds everything in these, several times, beside other tests
pytestmark = pytest.mark.timeout(600)

LATE = date(2026, 3, 20)
FEE_BPS = 190
CONTRACTS = """\
organizer_id,currency,valid_from,commission_bps,ticket_fee,tax_bps,account_name,account,bank
org-a,INR,2020-01-01,1000,100,1800,Org A,GB29NWBK60161331926819,NWBKGB2LXXX
org-b,GBP,2020-01-01,1200,0,0,Org B,12345678,BARCGB22
org-b,JPY,2020-01-01,800,0,1000,Org B,87654321,BOTKJPJT
"""


OURS = (
    "INR 1234567890 HDFCINBB Us; GBP GB29NWBK60161331926819 NWBKGB2L Us Ltd;"
    " JPY 7654321 BOTKJPJT Us"
)


def query(settings: Settings, statement: str) -> list[Any]:
    with psycopg.connect(settings.postgres) as connection:
        return connection.execute(statement).fetchall()


def built(settings: Settings, *arguments: str) -> None:
    publish(settings, lambda _: None)
    told: list[Step] = []
    assert build(settings, [*arguments], told.append) == 0, [each for each in told if each.failed]


def renamed(records: list[Record]) -> list[Record]:
    """Each payment with a reference of its own, as gateways give them."""
    told = []
    for each in records:
        try:
            event = wire.decode_seat_event(each.value or b"")
        except MalformedMessage:
            told.append(each)
            continue
        if getattr(event, "payment", None) is not None:
            of_change = f"-{event.version}" if isinstance(event, BookingChanged) else ""
            payment = msgspec.structs.replace(
                event.payment, reference=f"pay-{event.booking_id}{of_change}"
            )
            value = wire.encode(msgspec.structs.replace(event, payment=payment))
            each = msgspec.structs.replace(each, value=value)  # noqa: PLW2901
        told.append(each)
    return told


def gateway_files(  # noqa: C901 - one arm for each thing it gets wrong
    folder: Path, records: list[Record], spoil: dict[str, str]
) -> list[Path]:
    """The gateway's files of all that was captured and refunded; `spoil`: what it gets wrong."""
    lines: dict[tuple[str, date], list[list[Any]]] = {}
    seen, currencies = set(), {}
    for record in records:
        try:
            event = wire.decode_seat_event(record.value or b"")
        except MalformedMessage:
            continue
        if (event.show_id, event.version) in seen:
            continue
        seen.add((event.show_id, event.version))
        match event:
            case BookingConfirmed(payment=payment):
                reference, amount = payment.reference, payment.amount
                currencies[event.booking_id] = payment.currency
                key = payment.currency, event.at.date()
                wrong = spoil.get(reference)
                fee = share_of(amount)
                if wrong == "fee":
                    fee += 1
                if wrong == "amount":
                    amount += 10_000
                    fee += 190
                row = [reference, "capture", reference, amount, payment.currency, fee, event.at]
                if wrong == "missing_in_ledger":
                    lines.setdefault(key, []).append([*row[:2], f"stray-{reference}", *row[3:]])
                if wrong == "duplicate":
                    lines.setdefault(key, []).append(row)
                if wrong != "missing_in_gateway":
                    lines.setdefault(key, []).append(row)
            case BookingChanged(payment=payment) if (
                payment is not None and event.booking_id in currencies
            ):
                fee = share_of(payment.amount)
                row = ["c", "capture", payment.reference, payment.amount, payment.currency, fee]
                key = payment.currency, event.at.date()
                lines.setdefault(key, []).append([*row, event.at])
            case BookingCancelled(refund=refund) | BookingChanged(refund=refund) if (
                refund and event.booking_id in currencies
            ):
                row = [
                    "r",
                    "refund",
                    f"pay-{event.booking_id}",
                    refund,
                    event.currency,
                    0,
                    event.at,
                ]
                lines.setdefault((event.currency, event.at.date()), []).append(row)
    return [write_gateway(folder, *key, rows) for key, rows in lines.items()]


def share_of(amount: int) -> int:
    share = Decimal(amount) * FEE_BPS / 10_000
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def write_gateway(folder: Path, currency: str, day: date, rows: list[list[Any]]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"gateway-sandbox-{currency}-{day}.csv"
    net = sum(row[3] if row[1] == "capture" else -row[3] for row in rows)
    total = [len(rows), "total", "", net, currency, sum(row[5] for row in rows), ""]
    head = ["line_id", "kind", "reference", "amount", "currency", "fee", "at"]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows, total])
    return path


def test_a_day_is_settled_paid_taken_back_and_settled_again(  # noqa: PLR0915 - one story
    books: Settings,
    history: Callable[[int, int], list[Record]],
    file_in_lake: Callable[[Settings, list[Record]], None],
    tmp_path: Path,
) -> None:
    agreed = tmp_path / "contracts.csv"
    agreed.write_text(CONTRACTS)
    assert contracts.take(books, agreed) == 3
    assert contracts.take(books, agreed) == 0
    agreed.write_text(CONTRACTS.replace("GB29NWBK60161331926819", "GB29NWBK60161331926818"))
    with pytest.raises(contracts.ContractRefused, match=r"line 2: GB29.* is no IBAN"):
        contracts.take(books, agreed)
    agreed.write_text(CONTRACTS.replace("1200", "1300"))
    with pytest.raises(contracts.ContractRefused, match="line 3: org-b agreed on other terms"):
        contracts.take(books, agreed)
    records = renamed(history(21, 60))
    file_in_lake(books, records)
    built(books, "--exclude", "tag:closing", "tag:analytics")

    run = steps.settle(books, LATE, "ann")

    assert run.status is RunStatus.BALANCED
    assert steps.settle(books, LATE, "eve") == run, "the same day is the same run"
    payouts = query(books, "SELECT sum(amount), sum(earned) FROM settlement.payouts")
    owed = query(
        books,
        "SELECT sum(payable_amount) FROM finance.settlement_lines WHERE due_on <= '2026-03-20'",
    )
    assert payouts[0][0] == payouts[0][1] == owed[0][0] > 0

    with pytest.raises(steps.StepRefused) as refused:
        steps.approve(books, run.run_id, "ann")
    assert refused.value.code is NotAllowed.SAME_PERSON
    with pytest.raises(steps.StepRefused) as refused:
        steps.approve(books, run.run_id, "bob")
    assert refused.value.code is NotAllowed.FILE_MISSING
    references = [
        row[0]
        for row in query(
            books,
            "SELECT payment_reference FROM finance.bookings"
            " WHERE status = 'confirmed' AND channel = 'online' ORDER BY 1 LIMIT 10",
        )
    ]
    spoilt = dict(
        zip(
            references,
            ("missing_in_gateway", "missing_in_ledger", "duplicate", "amount", "fee") * 2,
            strict=False,
        )
    )
    paths = gateway_files(tmp_path / "gateway", records, spoilt)
    for path in paths:
        assert intake.take(books, path).is_new
    assert not intake.take(books, paths[0]).is_new
    again = paths[0].with_name(f"{paths[0].stem}-again.csv")
    again.write_text(paths[0].read_text().replace("T", "t"))
    assert intake.take(books, again).is_doubled
    with pytest.raises(steps.StepRefused) as refused:
        steps.approve(books, run.run_id, "bob")
    assert refused.value.code is NotAllowed.FILE_DOUBLED
    built(books, "--select", "tag:closing")
    (finance, _) = site.write(books)
    assert "Breaks, by type and age" in finance.read_text(), "the report goes on meanwhile"
    file_id = query(books, "SELECT max(file_id) FROM settlement.gateway_files")[0][0]
    assert intake.discard(books, file_id, "bob")
    assert steps.approve(books, run.run_id, "bob").status is RunStatus.APPROVED

    steps.hold(books, "org-b", "a dispute", "ann", None)
    with pytest.raises(accounts.NoAccount, match="payer_missing: there are payouts in INR"):
        files.write(msgspec.structs.replace(books, payers=OURS.partition(";")[2]), run.run_id)
    assert not list(files.folder_of(books, run.run_id).glob("*")), "no file, so none is sent"
    books = msgspec.structs.replace(books, payers=OURS)
    written = [*files.write(books, run.run_id), *files.write(books, run.run_id, statements=True)]
    assert steps.send(books, run.run_id, "ann").status is RunStatus.SENT
    before = {path: path.read_bytes() for path in written}
    files.write(books, run.run_id)
    files.write(books, run.run_id, statements=True)
    assert {path: path.read_bytes() for path in written} == before
    hold_payments_and_journal(before, books, run.run_id)

    back = f"{run.run_id}.org-a.INR"
    assert steps.answer(books, back, PayoutStatus.PAID) is PayoutStatus.PAID
    assert steps.answer(books, back, PayoutStatus.RETURNED) is PayoutStatus.RETURNED
    reversal = steps.reverse(books, run.run_id, "ann")
    assert reversal.reverses == run.run_id
    with pytest.raises(steps.StepRefused) as refused:
        steps.reverse(books, run.run_id, "ann")
    assert refused.value.code is NotAllowed.ALREADY_REVERSED
    for edit in (
        "UPDATE settlement.run_lines SET ticket_count = 0",
        "UPDATE settlement.runs SET settle_date = settle_date - 1",
        "DELETE FROM settlement.run_steps",
        "DELETE FROM settlement.run_bookings",
        "UPDATE settlement.payouts SET amount = amount + 1, earned = earned + 1",
        "DELETE FROM settlement.payouts",
        "UPDATE settlement.gateway_lines SET amount = 0",
    ):
        with (
            psycopg.connect(books.postgres) as connection,
            pytest.raises(psycopg.errors.RaiseException, match="never edited"),
        ):
            connection.execute(edit)

    second = steps.settle(books, LATE, "ann")

    assert second.run_id != run.run_id
    found = {
        row[0]: row[1:]
        for row in query(
            books,
            "SELECT organizer_id || currency, carried_in, earned, amount, status"
            f" FROM settlement.payouts WHERE run_id = '{second.run_id}'",
        )
    }
    first = dict(
        query(
            books,
            "SELECT organizer_id || currency, amount"
            f" FROM settlement.payouts WHERE run_id = '{run.run_id}'",
        )
    )
    assert found["org-aINR"] == (0, first["org-aINR"], first["org-aINR"], "due"), "it came back"
    assert found["org-bGBP"] == (-first["org-bGBP"], first["org-bGBP"], 0, "carried")

    built(books, "--select", "tag:closing")
    breaks = query(
        books, "SELECT break_type, replace(about, 'stray-', '') FROM finance.reconciliation_breaks"
    )
    assert sorted(breaks) == sorted((kind, about) for about, kind in spoilt.items())


def hold_payments_and_journal(written: dict[Path, bytes], settings: Settings, run_id: str) -> None:
    """The bank gets what the run says, the accounts balance, the statements go to the seat."""
    amounts = query(
        settings,
        f"SELECT currency, amount FROM settlement.payouts WHERE run_id = '{run_id}' ORDER BY 1",
    )
    texts = {path.name: content for path, content in written.items()}
    for currency, amount in amounts:
        root = ET.fromstring(texts[f"pain001-{currency}.xml"])
        name = {"p": NAMESPACE}
        instructed = [each.text for each in root.iterfind(".//p:InstdAmt", name)]
        wanted = str(amount) if currency == "JPY" else f"{amount // 100}.{amount % 100:02}"
        assert instructed == [wanted]
        assert {each.text for each in root.iterfind(".//p:CtrlSum", name)} == {wanted}
    assert b"<IBAN>GB29NWBK60161331926819</IBAN>" in texts["pain001-INR.xml"]
    debtor = ET.fromstring(texts["pain001-INR.xml"]).find(f".//{{{NAMESPACE}}}DbtrAcct")
    assert debtor is not None
    assert [each.text for each in debtor.iter() if each.text and each.text.strip()] == [
        "1234567890"
    ]
    assert b"<Id>12345678</Id>" in texts["pain001-GBP.xml"]
    rows = [*csv.DictReader(texts["journal.csv"].decode().splitlines())]
    for currency in ("INR", "GBP", "JPY"):
        theirs = [row for row in rows if row["currency"] == currency]
        assert sum(float(row["debit"]) for row in theirs) == pytest.approx(
            sum(float(row["credit"]) for row in theirs)
        )
    page = texts["statement-org-a-INR.html"].decode()
    seats = query(
        settings,
        "SELECT booking_id, seat_ids FROM finance.bookings JOIN settlement.run_bookings"
        f" USING (booking_id) WHERE run_id = '{run_id}' AND organizer_id = 'org-a'",
    )
    assert seats
    for booking_id, seat_ids in seats:
        for seat_id in seat_ids.split():
            assert f"<td>{booking_id}</td><td>{seat_id}</td>" in page, "as it was last changed"
    assert texts["statement-org-a-INR.pdf"].startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("takings.csv", "", "bad_name"),
        ("gateway-sandbox-INR-2026-02-30.csv", "line_id,kind\n0,total\n", "bad_line"),
        ("gateway-sandbox-INR-2026-02-28.csv", "line_id,kind,amount,fee\n", "no_total"),
        (
            "gateway-sandbox-INR-2026-02-28.csv",
            (
                "line_id,kind,reference,amount,currency,fee,at\n"
                "a,capture,r,5,INR,0,2026-02-28T00:00:00Z\n2,total,,5,INR,0,\n"
            ),
            "wrong_total",
        ),
        (
            "gateway-sandbox-INR-2026-02-28.csv",
            (
                "line_id,kind,reference,amount,currency,fee,at\n"
                "a,capture,r,-5,INR,0,2026-02-28T00:00:00Z\n1,total,,-5,INR,0,\n"
            ),
            "bad_line",
        ),
        (
            "theatre-o-2026-02-28.csv",
            "show_id,ticket_count,amount,currency\ns,x,1,INR\n",
            "bad_line",
        ),
    ],
    ids=["unknown name", "no such day", "cut off", "wrong total", "negative", "no number"],
)
def test_a_file_that_is_not_whole_is_refused_and_nothing_of_it_is_kept(
    books: Settings, tmp_path: Path, name: str, content: str, code: str
) -> None:
    path = tmp_path / name
    path.write_text(content)

    with pytest.raises(intake.FileRefused) as refused:
        intake.take(books, path)

    assert refused.value.code == code
    assert query(books, "SELECT count(*) FROM settlement.gateway_files") == [(0,)]
    assert query(books, "SELECT count(*) FROM settlement.theatre_reports") == [(0,)]
