"""Whose account payouts come from, and whether it can be one."""

import pytest

from warehouse.settling.accounts import Account, NoAccount, fault, payer_of, payers

IBAN = "GB29NWBK60161331926819"


@pytest.mark.parametrize(
    ("account", "bank", "wrong"),
    [
        (IBAN, "NWBKGB2L", ""),
        ("DE89370400440532013000", "COBADEFFXXX", ""),
        ("50100012345678", "HDFCINBB", ""),
        ("GB29NWBK60161331926818", "NWBKGB2L", "is no IBAN"),
        ("GB29NWBK6016133192681", "NWBKGB2L", "is no IBAN"),
        ("ZZ29NWBK60161331926819", "NWBKGB2L", "is no IBAN"),
        ("12 34", "HDFCINBB", "is no account"),
        ("123", "HDFCINBB", "is no account"),
        ("", "HDFCINBB", "is no account"),
        (IBAN, "NWBK", "is no BIC"),
        (IBAN, "NWBKZZ2L", "is no BIC"),
        (IBAN, "", "is no BIC"),
    ],
    ids=[
        "an IBAN at a bank",
        "an IBAN at a bank's branch",
        "a bank's own number",
        "an IBAN with a digit wrong",
        "an IBAN that is too short",
        "an IBAN of no country",
        "a number with a blank",
        "a number that is too short",
        "no number",
        "a BIC that is too short",
        "a BIC of no country",
        "no BIC",
    ],
)
def test_an_account_is_checked(account, bank, wrong):
    found = fault(account, bank)

    assert (wrong in found) if wrong else found == ""


def test_each_currency_has_its_account():
    found = payers(f"GBP {IBAN} NWBKGB2L Example Cinemas Ltd ; INR 501000123 HDFCINBB Example;")

    assert found == {
        "GBP": Account(account=IBAN, bank="NWBKGB2L", name="Example Cinemas Ltd"),
        "INR": Account(account="501000123", bank="HDFCINBB", name="Example"),
    }
    assert payer_of(found, "INR").name == "Example"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"GBP {IBAN} NWBKGB2L", "it is not `CURRENCY ACCOUNT BIC NAME`"),
        (f"pounds {IBAN} NWBKGB2L Us", "'pounds' is no currency"),
        (f"GBP {IBAN} NWBKGB2L Us; GBP 12345678 NWBKGB2L Us", "GBP is there twice"),
        ("GBP GB29NWBK60161331926818 NWBKGB2L Us", "is no IBAN"),
        (f"GBP {IBAN} NWBKGB2L {'x' * 141}", "it is not"),
    ],
    ids=["no name", "no currency", "twice", "no account", "a name the bank does not take"],
)
def test_what_cannot_be_an_account_is_refused(text, told):
    with pytest.raises(NoAccount, match=r"^payer_malformed: ") as refused:
        payers(text)

    assert told in str(refused.value)


def test_a_currency_without_an_account_is_refused_and_says_what_to_set():
    with pytest.raises(NoAccount, match=r"^payer_missing: .* in EUR, and JUSTBOOKIT_PAYERS"):
        payer_of(payers(""), "EUR")
