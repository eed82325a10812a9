"""Report pages and statements over HTTP: to those allowed, fresh, and to nobody else."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex

import httpx
import psycopg
import pytest

from api.access import KEY_PREFIX, digest_of, new_secret
from api.reports import roles
from tests.playhouse import PASSWORD


@pytest.fixture(scope="module")
def office(stack):
    """Two organizers' statements of a sent run, one of a draft, and the page for finance."""
    run = token_hex(4)
    one, two = f"org-one-{run}", f"org-two-{run}"
    sent, draft = f"S-2026-11-21-{run}", f"S-2026-11-22-{run}"
    home = Path(stack.home)
    (home / "reports").mkdir(exist_ok=True)
    (home / "reports" / "finance.html").write_text("<h1>Finance</h1>")
    with psycopg.connect(stack.postgres) as connection:
        for run, status in ((sent, "sent"), (draft, "balanced")):
            folder = home / "settlement" / run
            folder.mkdir(parents=True)
            connection.execute(
                "INSERT INTO settlement.runs (run_id, settle_date, as_of)"
                " VALUES (%s, '2026-11-21', now())",
                (run,),
            )
            for number, step in enumerate(("draft", status), 1):
                connection.execute(
                    "INSERT INTO settlement.run_steps (run_id, number, status, by)"
                    " VALUES (%s, %s, %s, 'ann')",
                    (run, number, step),
                )
            for whose in (one, two):
                connection.execute(
                    "INSERT INTO settlement.payouts (payout_id, run_id, organizer_id, currency,"
                    " carried_in, earned, amount, carried_out, status, reason)"
                    " VALUES (%s, %s, %s, 'INR', 0, 4200, 4200, 0, 'due', '')",
                    (f"{run}.{whose}", run, whose),
                )
                (folder / f"statement-{whose}-INR.html").write_text(f"<h1>of {whose}</h1>")
                (folder / f"statement-{whose}-INR.pdf").write_bytes(b"%PDF-1.4")
        key = new_secret(KEY_PREFIX)
        connection.execute(
            "INSERT INTO api_key (key_sha256, organizer_id, name) VALUES (%s, %s, 'test')",
            (digest_of(key), one),
        )
    base = f"http://127.0.0.1:{stack.api_port}"
    names = {"one": one, "two": two, "sent": sent, "draft": draft}
    return {**names, "key": key, "settings": stack, "base": base}


@pytest.fixture
def browser(office):
    """Make a browser of somebody new who logged in, with these roles."""
    with ExitStack() as open_ones:

        def of(*granted):
            client = httpx.Client(
                base_url=office["base"], timeout=30, headers={"accept": "text/html"}
            )
            open_ones.enter_context(client)
            login = {"email": f"reader-{token_hex(6)}@example.com", "password": PASSWORD}
            client.post("/api/v1/customers", json={**login, "name": "Reader"}).raise_for_status()
            for role, organizer in granted:
                asyncio.run(roles.grant(office["settings"], login["email"], role, organizer))
            token = client.post("/api/v1/sessions", json=login).json()["token"]
            client.cookies.set("jb_session", token)
            client.email = login["email"]
            return client

        yield of


def test_finance_reads_its_page_and_asks_only_whether_it_changed(browser):
    finance = browser(("finance", ""))

    first = finance.get("/reports/finance.html")
    again = finance.get("/reports/finance.html", headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, first.text) == (200, "<h1>Finance</h1>")
    assert first.headers["cache-control"] == "private, no-cache"
    assert "Cookie" in first.headers["vary"]
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in first.headers["content-security-policy"]
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert (again.status_code, again.content) == (304, b"")


def test_the_front_page_leads_who_has_a_role_to_reports_and_nobody_else(office, browser):
    finance, nobody = browser(("finance", "")), browser()

    assert 'href="/reports"' in finance.get("/bookings").text
    assert 'href="/reports"' not in nobody.get("/bookings").text
    listed = finance.get("/reports").text
    assert 'href="/reports/finance.html"' in listed
    assert f"/reports/statements/{office['draft']}/{office['two']}/INR.html" in listed


@pytest.mark.parametrize(
    ("granted", "path", "status", "code"),
    [
        ((), "/reports", 403, "role_missing"),
        ((), "/reports/finance.html", 403, "role_missing"),
        ((("operations", ""),), "/reports/finance.html", 403, "role_missing"),
        ((("theatre", "{one}"),), "/reports/finance.html", 403, "role_missing"),
        ((("operations", ""),), "/reports/operations.html", 404, "report_not_written"),
        ((("finance", ""),), "/reports/payroll.html", 404, "unknown_report"),
        ((("theatre", "{one}"),), "/reports/statements/{sent}/{one}/INR.html", 200, ""),
        ((("theatre", "{one}"),), "/reports/statements/{sent}/{one}/INR.pdf", 200, ""),
        (
            (("theatre", "{one}"),),
            "/reports/statements/{sent}/{two}/INR.html",
            404,
            "unknown_statement",
        ),
        (
            (("theatre", "{one}"),),
            "/reports/statements/{draft}/{one}/INR.html",
            404,
            "unknown_statement",
        ),
        (
            (("operations", ""),),
            "/reports/statements/{sent}/{one}/INR.html",
            404,
            "unknown_statement",
        ),
        ((("finance", ""),), "/reports/statements/{draft}/{two}/INR.html", 200, ""),
        ((("finance", ""),), "/reports/statements/..%2F..%2F/x/INR.html", 404, None),
        ((("finance", ""),), "/reports/statements/{sent}/{one}/INR.csv", 404, "unknown_statement"),
    ],
    ids=[
        "the list is not for everybody",
        "a customer reads no report",
        "operations reads not finance's",
        "a theatre reads no page",
        "a page that was not written says so",
        "a report there is not",
        "a theatre reads its own statement",
        "on paper as well",
        "a theatre does not learn of another's statement",
        "nor of its own before it is final",
        "operations reads no statement",
        "finance reads every one",
        "a path out of the folder",
        "another kind of file",
    ],
)
def test_each_reads_what_is_theirs(office, browser, granted, path, status, code):
    names = {name: office[name] for name in ("one", "two", "sent", "draft")}
    reader = browser(*[(role, whose.format(**names)) for role, whose in granted])

    answer = reader.get(path.format(**names), headers={"accept": "application/json"})

    assert answer.status_code == status
    if code:
        assert answer.json()["code"] == code


def test_a_role_that_was_taken_away_counts_at_once(office, browser):
    reader = browser(("finance", ""))
    assert reader.get("/reports/finance.html").status_code == 200

    asyncio.run(roles.revoke(office["settings"], reader.email, "finance", ""))

    assert reader.get("/reports/finance.html").status_code == 403


@pytest.mark.parametrize("accept", ["text/html", "*/*"], ids=["a browser", "whoever takes all"])
def test_without_a_login_one_is_sent_to_the_form(office, accept):
    answer = httpx.get(f"{office['base']}/reports/finance.html", headers={"accept": accept})

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/login?next=/reports/finance.html",
    )


def test_a_theatres_key_lists_and_reads_its_own_statements_only(office):
    key = {"Authorization": f"Bearer {office['key']}"}

    with httpx.Client(base_url=f"{office['base']}/api/v1/theatre", headers=key) as theatre:
        listed = theatre.get("/statements").json()["items"]
        read = theatre.get(f"/statements/{office['sent']}/INR.pdf")
        others = theatre.get(f"/statements/{office['draft']}/INR.pdf")

    assert [(each["run_id"], each["organizer_id"], each["amount"]) for each in listed] == [
        (office["sent"], office["one"], 4200)
    ]
    assert (read.content, read.headers["content-type"]) == (b"%PDF-1.4", "application/pdf")
    assert read.headers["cache-control"] == "private, no-cache"
    assert (others.status_code, others.json()["code"]) == (404, "unknown_statement")


@pytest.mark.parametrize(
    ("email", "role", "organizer", "code"),
    [
        ("nobody@example.com", "finance", "", "unknown_person"),
        ("nobody@example.com", "theatre", "", "organizer_missing"),
        ("nobody@example.com", "finance", "aurora", "organizer_missing"),
    ],
    ids=["nobody registered so", "a theatre without an organizer", "finance with one"],
)
def test_a_role_that_cannot_be_given_says_why(office, email, role, organizer, code):
    with pytest.raises(roles.RoleRefused, match=code):
        asyncio.run(roles.grant(office["settings"], email, role, organizer))
