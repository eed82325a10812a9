"""Accounts at banks: whether a number can be one, and the ones of ours that payouts come from.

A payout is in a currency and comes from our account for it: banks of a country keep one for each
currency, and a payout knows no other country than that of its organizer's account.
"""

import re
from collections.abc import Mapping

import msgspec
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from justbookit.errors import JustBookItError

NAME_MAX = 140
"""Characters of a name in ISO 20022."""

_LIKE_IBAN = re.compile(r"[A-Z]{2}\d\d[A-Za-z0-9]{10,30}")
_OTHER = re.compile(r"[A-Za-z0-9]{4,34}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SHAPE = "`CURRENCY ACCOUNT BIC NAME`, the next after a semicolon"


class NoAccount(JustBookItError):
    """There is no such account; the message begins with a stable code and says what would work."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account in one currency: an IBAN or the bank's own number, its BIC, whose it is."""

    account: str
    bank: str
    name: str


def is_iban(account: str) -> bool:
    """Whether a number is written as an IBAN, right or wrong."""
    return _LIKE_IBAN.fullmatch(account) is not None


def fault(account: str, bank: str) -> str:
    """What keeps these from being an account at a bank; empty when nothing does.

    A number that is written as an IBAN must be one: length and check digits of its country.
    """
    try:
        BIC(bank)
    except SchwiftyException as error:
        return f"{bank} is no BIC ({error})"
    if is_iban(account):
        try:
            IBAN(account)
        except SchwiftyException as error:
            return f"{account} is no IBAN ({error})"
    elif not _OTHER.fullmatch(account):
        return f"{account!r} is no account: 4 to 34 letters and digits"
    return ""


def payers(text: str) -> dict[str, Account]:
    """Our accounts by currency, from the setting `payers`.

    Raises NoAccount, `payer_malformed`, naming the entry and the rule.
    """
    found: dict[str, Account] = {}
    for entry in filter(None, map(str.strip, text.split(";"))):
        currency, account, bank, name = (*entry.split(maxsplit=3), "", "", "", "")[:4]
        wrong = (
            f"{currency!r} is no currency"
            if not _CURRENCY.fullmatch(currency)
            else f"{currency} is there twice"
            if currency in found
            else f"it is not {_SHAPE}"
            if not 0 < len(name) <= NAME_MAX
            else fault(account, bank)
        )
        if wrong:
            raise NoAccount(f"payer_malformed: JUSTBOOKIT_PAYERS, `{entry}`: {wrong}")
        found[currency] = Account(account=account, bank=bank, name=name)
    return found


def payer_of(known: Mapping[str, Account], currency: str) -> Account:
    """Our account for a currency. Raises NoAccount, `payer_missing`, when none is set."""
    if currency not in known:
        raise NoAccount(
            f"payer_missing: there are payouts in {currency}, and JUSTBOOKIT_PAYERS names no"
            f" account of ours for it; set it to {_SHAPE}"
        )
    return known[currency]
