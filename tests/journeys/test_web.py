"""A person books a seat in a browser, and again where no script runs: forms alone are enough."""

import re
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.playhouse import PASSWORD, Playhouse, new_request

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def house(stack):
    with Playhouse(stack) as made:
        yield made


@pytest.fixture(scope="module")
def show(house):
    """A show that the city's page has heard of."""
    made = house.new_show()
    house.eventually(lambda: house.http.get(f"/shows/{made}").status_code == 200)
    house.eventually(lambda: made in house.http.get("/search", params={"city": house.city}).text)
    return made


@pytest.fixture
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def watched(browser, house, **options):
    """A page that fails the test when it asks for anything that is not ours."""
    page = browser.new_context(base_url=house.base, **options).new_page()
    strangers = []
    page.on(
        "request",
        lambda request: (
            strangers.append(request.url)
            if not request.url.startswith((house.base, "data:"))
            else None
        ),
    )
    return page, strangers


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_seat_is_booked_in_a_browser(browser, house, show, script):
    asha = house.customer()
    page, strangers = watched(browser, house, java_script_enabled=script)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    seats = ["Row B, seat 1", "Row B, seat 2"] if script else ["Row B, seat 3", "Row B, seat 4"]

    page.goto("/")
    page.get_by_role("link", name=f"City {house.run}").click()
    page.get_by_role("link", name=house.title).click()
    page.get_by_role("link", name=re.compile("Screen 1")).first.click()
    page.get_by_role("link", name="Log in to book").click()
    page.get_by_label("E-mail address").fill(asha["X-Email"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    for seat in seats:
        page.get_by_label(seat).check()
    page.get_by_role("button", name="Hold these seats").click()
    assert page.get_by_text("Held for you until").is_visible()
    assert page.get_by_text("₹500").first.is_visible()

    page.get_by_role("button", name="Try a card that is declined").click()
    assert page.get_by_role("alert").get_by_text("The card was declined").is_visible()
    page.get_by_role("button", name="Pay ₹500").click()
    assert page.get_by_text("Booked", exact=True).is_visible()

    page.get_by_role("link", name="My bookings").first.click()
    page.get_by_role("link", name=house.title).click()
    page.get_by_role("button", name="Cancel this booking").click()
    assert page.get_by_text("₹500 come back to you").is_visible()
    assert strangers == []
    assert errors == []
    assert house.seats(show)["B1"] == house.seats(show)["B3"] == "free"


def test_the_interface_is_described_without_asking_anybody_else(browser, house):
    page, strangers = watched(browser, house)

    page.goto("/docs")
    page.get_by_text("Hold seats", exact=True).wait_for()

    assert strangers == []


class Visitor:
    """A browser reduced to cookies and forms."""

    def __init__(self, base):
        self.http = httpx.Client(base_url=base, follow_redirects=True)
        self.page = ""

    def get(self, path):
        answer = self.http.get(path, headers={"Accept": "text/html"})
        self.page = answer.text
        return answer

    def send(self, path, **fields):
        """Send the form of this page that goes to `path`."""
        form = re.search(rf'<form[^>]*action="{re.escape(path)}".*?</form>', self.page, re.DOTALL)
        assert form, f"no form to {path} on {self.page}"
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        answer = self.http.post(path, data=hidden | fields, headers={"Accept": "text/html"})
        self.page = answer.text
        return answer

    def log_in(self, who):
        self.get("/login")
        return self.send("/login", email=who["X-Email"], password=PASSWORD)


@pytest.fixture
def visit(house):
    """Makes visitors, and closes what they opened."""
    with ExitStack() as opened:

        def made():
            visitor = Visitor(house.base)
            opened.callback(visitor.http.close)
            return visitor

        yield made


def test_whoever_is_late_is_shown_what_is_free(house, visit):
    show = house.new_show()
    ben = visit()
    ben.log_in(house.customer("ben"))
    ben.get(f"/shows/{show}")
    house.ok(house.hold(show, ["A1"], house.customer()))

    late = ben.send(f"/shows/{show}/hold", seat="A1")

    assert late.status_code == 409
    assert "Somebody has these seats" in late.text
    instead = re.search(r'href="(/shows/[^"]+\?seats=[^"]+)"', late.text)[1]
    assert re.search(r'value="A2" checked', ben.get(instead).text)


def test_a_form_that_is_sent_twice_is_done_once(house, visit):
    show = house.new_show()
    asha = visit()
    asha.log_in(house.customer())
    asha.get(f"/shows/{show}")
    before = asha.page

    first = asha.send(f"/shows/{show}/hold", seat="A1")
    asha.page = before
    again = asha.send(f"/shows/{show}/hold", seat="A1")

    assert first.url == again.url
    assert list(house.seats(show).values()).count("taken") == 1


def test_places_without_numbers_are_chosen_by_how_many(house, visit):
    theatre = f"floor-web-{house.run}"
    house.ok(
        house.http.put(
            f"/theatre/theatres/{theatre}",
            headers=house.one,
            json={
                "venue_id": f"venue-one-{house.run}",
                "name": "Floor",
                "areas": [{"area_id": "FLR", "zone": "standing", "capacity": 3, "name": "Floor"}],
            },
        )
    )
    show = house.new_show(theatre_id=theatre, prices={"standing": 9000})
    asha = visit()
    asha.log_in(house.customer())
    assert "of 3 places, ₹90 each" in asha.get(f"/shows/{show}").text

    wrong = asha.send(f"/shows/{show}/hold", **{"places-FLR": "two"})
    assert wrong.status_code == 422
    asha.get(f"/shows/{show}")
    held = asha.send(f"/shows/{show}/hold", **{"places-FLR": "2"})
    assert "₹180" in held.text
    assert "of 1 places" in asha.get(f"/shows/{show}").text
    late = asha.send(f"/shows/{show}/hold", **{"places-FLR": "2"})
    assert late.status_code == 409
    assert "take fewer" in late.text


def test_tickets_are_given_back_and_changed_by_forms_alone(house, visit):
    show, who = house.new_show(), house.customer()
    name = house.book(show, ["B1", "B2", "B3"], who)["booking_id"]
    here, asha = f"/bookings/{name}", visit()
    asha.log_in(who)

    asha.get(here)
    quoted = asha.send(f"{here}/change-quote", give=["B3"])
    assert "₹125 come back" in quoted.text
    assert "This price holds until" in quoted.text
    done = asha.send(f"{here}/change")
    assert done.url.path == here
    assert "B3 given back, ₹125 come back" in done.text
    assert "Half off the third: 50 % off" in done.text  # before it changed

    asha.get(f"{here}/seats")
    assert re.findall(r'value="([AB]\d)" checked', asha.page) == ["B1", "B2"]
    cheaper = asha.send(f"{here}/seats", seat=["A1", "A2"])
    assert "₹140 come back" in cheaper.text
    assert "A1, A2 for B1, B2" in cheaper.text
    asha.send(f"{here}/change")
    asha.get(f"{here}/seats")
    dearer = asha.send(f"{here}/seats", seat=["A1", "B4"])
    assert "₹70 more" in dearer.text
    paid = asha.send(f"{here}/change")
    assert "B4 for A2, ₹70 paid" in paid.text

    booking = house.http.get(here, headers=who).json()["booking"]
    assert booking["seat_ids"] == ["A1", "B4"]
    assert booking["amount"] == 62500 + 7000 - booking["refund"] == 43000
    same = asha.get(f"{here}/seats") and asha.send(f"{here}/seats", seat=["A1", "B4"])
    assert "these are the seats that you have" in same.text.lower()


def test_a_party_waits_and_takes_what_is_offered(house, visit):
    show, ben = house.new_show(), house.customer("ben")
    holds = [
        house.ok(house.hold(show, [f"{row}{number}" for number in range(1, 5)], ben))
        for row in "AB"
    ]
    asha = visit()
    asha.log_in(house.customer())
    asha.get(f"/shows/{show}")

    line = asha.send(f"/shows/{show}/wait", size="2", together="on")
    assert "You are number 1 in line" in line.text
    house.ok(
        house.http.post(f"/bookings/{holds[1]['booking_id']}/release", headers=ben | new_request())
    )
    house.eventually(lambda: "are yours until" in asha.get("/waiting-list").text)
    path = re.search(r'action="(/waiting-list/[^"]+/accept)"', asha.page)[1]
    held = asha.send(path)

    assert "Held for you until" in held.text


def test_a_form_of_another_site_is_refused(house, visit):
    asha = visit()
    asha.log_in(house.customer())

    forged = asha.http.post("/logout", headers={"Accept": "text/html"})

    assert forged.status_code == 403
    assert "The form is too old" in forged.text
    assert asha.get("/bookings").url.path == "/bookings"


def test_the_cookies_are_out_of_reach(house, visit):
    asha = visit()
    asha.get("/login")
    asha.http.follow_redirects = False
    answer = asha.log_in(house.customer())

    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_whoever_is_not_logged_in_is_sent_to_log_in_and_back(house, visit):
    show, visitor = house.new_show(), visit()

    sent = visitor.get("/bookings")
    assert (sent.url.path, sent.url.params["next"]) == ("/login", "/bookings")

    visitor.get(f"/login?next=/shows/{show}")
    back = visitor.send("/login", email=house.customer()["X-Email"], password=PASSWORD)
    assert urlsplit(str(back.url)).path == f"/shows/{show}"


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/cities/nowhere", 404, "No such city"),
        ("/shows/nothing", 404, "No such show"),
        ("/search?band=midnight", 422, "evening"),
        ("/nothing/here", 404, "Nothing here"),
        ("/problems", 200, "seat_taken"),
        ("/problems/hold_expired", 200, "Hold the seats again"),
    ],
)
def test_a_page_says_what_would_work(visit, path, status, says):
    answer = visit().get(path)

    assert answer.status_code == status
    assert says in answer.text
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_booking_goes_to_another_show_in_a_browser(browser, house, show, script, tmp_path):
    asha, other = house.customer(), house.new_show()
    house.eventually(lambda: other in house.http.get("/search", params={"city": house.city}).text)
    seat, there = ("A3", "Row B, seat 1") if script else ("A4", "Row B, seat 2")
    had = house.book(show, [seat], asha)["booking_id"]
    page, strangers = watched(browser, house, java_script_enabled=script)
    page.goto("/login?next=/bookings")
    page.get_by_label("E-mail address").fill(asha["X-Email"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()

    page.goto(f"/bookings/{had}")
    page.get_by_role("link", name="Choose another show").click()
    assert page.get_by_text("the show you have").is_visible()
    page.screenshot(path=tmp_path / "times.png", full_page=True)
    day = house.http.get(f"/shows/{other}").json()["show"]["local_date"]
    page.get_by_role("navigation", name="Days").locator(f'a[href$="{day}"]').click()
    page.locator(f'a[href$="/shows/{other}"]').click()
    page.get_by_role("button", name="Hold them, and see what it costs").click()
    assert page.get_by_role("alert").get_by_text("choose at least one seat", exact=False).count()
    page.get_by_label(there).check()
    page.screenshot(path=tmp_path / "seats.png", full_page=True)
    page.get_by_role("button", name="Hold them, and see what it costs").click()
    assert page.get_by_text("₹180 of what you paid go along.").is_visible()
    page.screenshot(path=tmp_path / "quote.png", full_page=True)
    page.get_by_role("button", name="Pay ₹70 and change to this show").click()

    assert page.get_by_text("Booked", exact=True).is_visible()
    assert page.get_by_text("₹180 of it came along from").is_visible()
    page.screenshot(path=tmp_path / "done.png", full_page=True)
    page.get_by_role("link", name="what you had before").click()
    house.eventually(lambda: page.reload() and page.get_by_text("Exchanged for another").count())
    page.get_by_role("link", name="what you have instead").click()
    assert page.get_by_text("₹250").first.is_visible()
    assert strangers == []
