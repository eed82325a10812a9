"""A run's payouts as the bank takes them: ISO 20022 customer credit transfers (pain.001.001.09).

One file for each currency. It is made of what the run says and nothing else, so making it again
gives the same bytes, and the message id is the run's: a bank that gets it twice pays once.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from xml.etree import ElementTree as ET

from warehouse.amounts import plain_money
from warehouse.settling.accounts import Account, is_iban, payer_of
from warehouse.settling.lines import Payment

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_ID_CHARACTERS_MAX = 35


def files(
    payments: Sequence[Payment],
    *,
    run_id: str,
    made_at: datetime,
    pay_on: date,
    ours: Mapping[str, Account],
) -> Iterator[tuple[str, bytes]]:
    """Each currency with its file; `ours`: the accounts that payouts come from, by currency.

    Raises NoAccount before the first file when one is missing.
    """
    debtors = {each.currency: payer_of(ours, each.currency) for each in payments}
    for currency, group in groupby(payments, key=lambda payment: payment.currency):
        debtor = debtors[currency]
        yield currency, _file(list(group), f"{run_id}-{currency}", made_at, pay_on, debtor)


def _file(
    payments: Sequence[Payment], message_id: str, made_at: datetime, pay_on: date, debtor: Account
) -> bytes:
    total = plain_money(sum(each.amount for each in payments), payments[0].currency)
    document = ET.Element("Document", xmlns=NAMESPACE)
    transfer = ET.SubElement(document, "CstmrCdtTrfInitn")
    head = ET.SubElement(transfer, "GrpHdr")
    _text(head, "MsgId", message_id[:_ID_CHARACTERS_MAX])
    _text(head, "CreDtTm", f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    _text(head, "NbOfTxs", str(len(payments)))
    _text(head, "CtrlSum", total)
    _text(head, "InitgPty/Nm", debtor.name)
    information = ET.SubElement(transfer, "PmtInf")
    _text(information, "PmtInfId", message_id[:_ID_CHARACTERS_MAX])
    _text(information, "PmtMtd", "TRF")
    _text(information, "NbOfTxs", str(len(payments)))
    _text(information, "CtrlSum", total)
    _text(information, "ReqdExctnDt/Dt", pay_on.isoformat())
    _text(information, "Dbtr/Nm", debtor.name)
    _account(information, "DbtrAcct", debtor.account)
    _text(information, "DbtrAgt/FinInstnId/BICFI", debtor.bank)
    for each in payments:
        _transaction(information, each)
    ET.indent(document)
    out = io.BytesIO()
    ET.ElementTree(document).write(out, encoding="utf-8", xml_declaration=True)
    return out.getvalue() + b"\n"


def _transaction(parent: ET.Element, payment: Payment) -> None:
    one = ET.SubElement(parent, "CdtTrfTxInf")
    _text(one, "PmtId/EndToEndId", payment.payout_id[:_ID_CHARACTERS_MAX])
    amount = _text(one, "Amt/InstdAmt", plain_money(payment.amount, payment.currency))
    amount.set("Ccy", payment.currency)
    _text(one, "CdtrAgt/FinInstnId/BICFI", payment.bank)
    _text(one, "Cdtr/Nm", payment.account_name)
    _account(one, "CdtrAcct", payment.account)
    _text(one, "RmtInf/Ustrd", f"Settlement {payment.payout_id}")


def _account(parent: ET.Element, name: str, account: str) -> None:
    if is_iban(account):
        _text(parent, f"{name}/Id/IBAN", account)
    else:
        _text(parent, f"{name}/Id/Othr/Id", account)


def _text(parent: ET.Element, path: str, text: str) -> ET.Element:
    for name in path.split("/"):
        parent = ET.SubElement(parent, name)
    parent.text = text
    return parent
