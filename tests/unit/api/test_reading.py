"""Who may read which report and which statement."""

import pytest

from api.reports.reading import Reader, Role, Statement, may_read, reader_of
from justbookit.ids import OrganizerId

FINANCE = (Role.FINANCE, OrganizerId(""))
OPERATIONS = (Role.OPERATIONS, OrganizerId(""))
AURORA = (Role.THEATRE, OrganizerId("aurora"))


def statement(organizer_id="aurora", status="sent"):
    return Statement(
        run_id="S-2026-11-21",
        organizer_id=OrganizerId(organizer_id),
        currency="INR",
        settle_date="2026-11-21",
        amount=1,
        status=status,
        is_reversed=False,
    )


@pytest.mark.parametrize(
    ("roles", "pages"),
    [
        ((), ()),
        ((FINANCE,), ("finance",)),
        ((OPERATIONS,), ("operations",)),
        ((OPERATIONS, FINANCE), ("finance", "operations")),
        ((AURORA,), ()),
    ],
    ids=[
        "without a role, none",
        "finance reads finance's",
        "operations reads operations'",
        "both read both",
        "a theatre reads no page",
    ],
)
def test_pages(roles, pages):
    reader = reader_of(frozenset(roles))

    assert reader.pages == pages
    assert reader.reads_anything == bool(roles)


@pytest.mark.parametrize(
    ("roles", "asked", "allowed"),
    [
        ((), statement(), False),
        ((OPERATIONS,), statement(), False),
        ((FINANCE,), statement(status="draft"), True),
        ((AURORA,), statement(), True),
        ((AURORA,), statement(status="approved"), True),
        ((AURORA,), statement(status="balanced"), False),
        ((AURORA,), statement(organizer_id="borealis"), False),
        ((AURORA, OPERATIONS), statement(organizer_id="borealis"), False),
    ],
    ids=[
        "nobody reads none",
        "operations reads no statement",
        "finance reads one that is not final",
        "a theatre reads its own that was sent",
        "a theatre reads its own that was approved",
        "a theatre reads none that may still change",
        "a theatre reads none of another's",
        "another role does not widen it",
    ],
)
def test_statements(roles, asked, allowed):
    assert may_read(reader_of(frozenset(roles)), asked) is allowed


def test_an_empty_organizer_opens_nothing():
    reader = Reader(organizers=frozenset({OrganizerId("")}))

    assert not may_read(reader, statement())
