"""The story, step by step: a theatre opens a show, two customers want the same seats, money flows.

Every step tells what it saw, and raises NotAsPromised when that is not what was promised. What
seats must cost is worked out here from the feed's own numbers, by sums that share nothing with
the ones they check.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import msgspec

from justbookit.money import share
from justbookit.settings import Settings
from lab.demo import feed
from lab.demo.door import Answer, Door, NotAsPromised, command, expected, hold_true, until

PASSWORD = "demo-pass-1"  # noqa: S105 - of customers that exist on every local stack
PEOPLE = {"Asha": "asha@example.com", "Ben": "ben@example.com"}
COMMISSION_PERCENT = 10
BROWSE_SECONDS_MAX = 60.0

CONTESTED = ["C3", "C4", "C5"]
AT_THE_COUNTER = ["D1", "D2"]
GIVEN_BACK = ["A1", "A2"]

Seen = AsyncIterator[str]


def less(price: int, percent: int) -> int:
    """A price with so much off."""
    return price - share(price, percent)


CONTESTED_COSTS = 2 * less(feed.PRICES["stalls"], feed.AFTERNOON_PERCENT) + less(
    feed.PRICES["stalls"], feed.THIRD_PERCENT
)
GIVEN_BACK_COSTS = 2 * less(feed.PRICES["gold"], feed.AFTERNOON_PERCENT)


def money(amount: int) -> str:
    """Paise as rupees, for people."""
    return f"{feed.CURRENCY} {amount // 100:,}.{amount % 100:02}"


class Story:
    """One run; what a step finds out, the next ones go on with."""

    def __init__(self, settings: Settings, door: Door) -> None:
        self._settings = settings
        self._home = Path(settings.home)
        self._door = door
        self._theatre = feed.invent(datetime.now(UTC))
        self._show = f"/shows/{self._theatre.show_id}"
        self._sessions: dict[str, str] = {}
        self._api_key = ""
        self._winner = ""
        self._loser = ""
        self._booking: dict[str, Any] = {}

    async def open_theatre(self) -> Seen:
        """A theatre drops its feed: venue, hall, movie, offers and one show."""
        theatre = self._theatre
        for name, text in feed.catalogue(theatre).items():
            feed.drop(self._home, name, text)
        yield f"“{theatre.title}”, tomorrow at {theatre.starts_at:%H:%M} in Demoville"
        path = f"/cities/{feed.CITY}/movies"

        async def look() -> dict[str, Any] | None:
            answer = await self._door.ask("GET", path, date=theatre.day)
            if answer.status != 200:
                return None
            items = answer.body["items"]
            return next((it for it in items if it["movie"]["movie_id"] == theatre.movie_id), None)

        found, seconds = await until("the movie in the city's list", look, BROWSE_SECONDS_MAX)
        hold_true("the lowest price", found["price_min"], min(feed.PRICES.values()))
        yield f"browsed in the city {seconds:.1f} s later, from {money(found['price_min'])}"

    async def find_it(self) -> Seen:
        """Customers find it: theatres and timings, and a search with a typo."""
        theatre = self._theatre
        page = await self._door.get(
            f"/movies/{theatre.movie_id}/shows", city=feed.CITY, date=theatre.day
        )
        (venue,) = page["venues"]
        (timing,) = venue["timings"]
        hold_true("the show", timing["show_id"], theatre.show_id)
        hold_true("its time where the theatre is", timing["local_time"], "15:00")
        hold_true("its part of the day", timing["band"], "afternoon")
        hold_true("its free seats", (timing["seats_free"], timing["seats_total"]), (48, 48))
        yield f"{venue['name']}, {timing['theatre_name']}: {timing['local_time']}, 48 of 48 seats"

        async def look() -> dict[str, Any] | None:
            answer = await self._door.get("/search", q=theatre.misspelt, city=feed.CITY)
            shows = answer["items"]
            return next((show for show in shows if show["show_id"] == theatre.show_id), None)

        found, _ = await until(f"a search for {theatre.misspelt!r}", look)
        yield f"search for {theatre.misspelt!r} finds “{found['title']}”"

    async def ask_the_price(self) -> Seen:
        """A quote for three seats says why they cost that: both offers."""
        quote = await self._door.post(f"{self._show}/quotes", {"seat_ids": CONTESTED}, status=200)
        for line in quote["lines"]:
            yield f"{line['seat_id']}  {money(line['price'])}  {line.get('reason', '')}"
        hold_true("the quote", quote["amount"], CONTESTED_COSTS)
        reasons = " ".join(line.get("reason", "") for line in quote["lines"])
        for offer in ("Half off the third ticket: 50 % off", "Afternoon show: 20 % off"):
            hold_true(f"{offer!r} among the reasons", offer in reasons, True)
        yield f"together {money(quote['amount'])}, as worked out here"

    async def contend(self) -> Seen:
        """Asha and Ben hold the same seats at the same moment: exactly one wins."""
        self._api_key = await self._key_of_the_theatre()
        for name, email in PEOPLE.items():
            login = {"email": email, "password": PASSWORD}
            self._sessions[name] = (await self._door.post("/sessions", login))["token"]
        keys = {name: token_hex(12) for name in PEOPLE}
        answers = dict(
            zip(
                PEOPLE,
                await asyncio.gather(*(self._hold(name, CONTESTED, keys[name]) for name in PEOPLE)),
                strict=True,
            )
        )
        statuses = sorted(answer.status for answer in answers.values())
        if statuses != [201, 409]:
            raise NotAsPromised(f"one 201 and one 409 were promised, and came {answers!r:.900}")
        self._winner, self._loser = sorted(answers, key=lambda name: answers[name].status)
        self._booking = answers[self._winner].body
        hold_true("the price of the hold", self._booking["amount"], CONTESTED_COSTS)
        refusal = expected(answers[self._loser], 409, "seat_taken")
        hold_true("the seats at fault", sorted(refusal["seat_ids"]), CONTESTED)
        hold_true("how many alternatives", len(refusal.get("alternatives", ())), len(CONTESTED))
        again = await self._hold(self._winner, CONTESTED, keys[self._winner])
        hold_true("the same request again", (again.status, again.body), (201, self._booking))
        yield f"{self._winner} holds {' '.join(CONTESTED)} until {self._booking['held_until']}"
        yield f"{self._loser} gets 409: {refusal['detail']}; free: {refusal['alternatives']}"
        yield "the same Idempotency-Key again: the same booking"

    async def pay(self) -> Seen:
        """The winner pays and confirms; asking again with the same key changes nothing."""
        name, booking_id = self._winner, self._booking["booking_id"]
        confirmed, again = await self._pay_and_confirm(name, booking_id)
        hold_true("the status", confirmed["status"], "confirmed")
        hold_true("the amount paid", confirmed["payment"]["amount"], CONTESTED_COSTS)
        hold_true("the second answer", again.body, confirmed)
        hold_true("its header", again.headers.get("idempotent-replayed"), "true")
        listed = await self._door.get("/me/bookings", secret=self._sessions[name])
        hold_true("the first of my bookings", listed["items"][0]["booking"], confirmed)
        yield f"{booking_id} is {confirmed['status']}: {money(CONTESTED_COSTS)} by card"
        yield "confirmed again with the same key: the same answer; it is in “my bookings”"

    async def refuse_a_bad_line(self) -> Seen:
        """A feed line with a mistake is refused: file, line, field and reason."""
        name, text = feed.bad_show(self._theatre)
        feed.drop(self._home, name, text)

        async def look() -> dict[str, Any] | None:
            printed = await command("connectors", "feeds", "--json", settings=self._settings)
            letters = msgspec.json.decode(printed)["unreadable"]
            return next((letter for letter in letters if letter["file"] == name), None)

        letter, _ = await until("the dead letter of a bad line", look)
        where = (letter["source"], letter["line"], letter["field"])
        hold_true("source, line and field", where, (feed.SOURCE, 2, "prices"))
        yield f"{letter['file']} line {letter['line']}, {letter['field']}: {letter['reason']}"

    async def sell_at_the_counter(self) -> Seen:
        """The theatre sells seats at its counter, by its feed: nobody can have them any more."""
        feed.drop(self._home, *feed.counter_sale(self._theatre, AT_THE_COUNTER))

        async def look() -> bool | None:
            taken = await self._statuses(AT_THE_COUNTER)
            return True if taken == {"taken"} else None

        _, seconds = await until("the counter sale on the seat map", look)
        refusal = expected(
            await self._hold(self._loser, AT_THE_COUNTER, token_hex(12)), 409, "seat_taken"
        )
        hold_true("the seats at fault", sorted(refusal["seat_ids"]), AT_THE_COUNTER)
        yield f"{' '.join(AT_THE_COUNTER)} are taken on the seat map {seconds:.1f} s later"
        yield f"{self._loser} gets 409: {refusal['detail']}"

    async def give_back(self) -> Seen:
        """The other customer books two seats, and gives them back."""
        name = self._loser
        held = expected(await self._hold(name, GIVEN_BACK, token_hex(12)), 201)
        hold_true("the price of the hold", held["amount"], GIVEN_BACK_COSTS)
        confirmed, _ = await self._pay_and_confirm(name, held["booking_id"])
        hold_true("the seats on the map", await self._statuses(GIVEN_BACK), {"taken"})
        cancelled = await self._door.post(
            f"/bookings/{confirmed['booking_id']}/cancel", secret=self._sessions[name], status=200
        )
        seen = (cancelled["status"], cancelled["refund"])
        hold_true("the cancelled booking", seen, ("cancelled", GIVEN_BACK_COSTS))
        hold_true("the seats on the map", await self._statuses(GIVEN_BACK), {"free"})
        yield f"{name} paid {money(GIVEN_BACK_COSTS)} for {' '.join(GIVEN_BACK)}"
        yield f"cancelled: {money(cancelled['refund'])} back, and the seats are free again"

    async def keep_the_show(self) -> Seen:
        """The theatre cannot delete a show that people have seats in."""
        path = f"/theatre/shows/{self._theatre.show_id}"
        refusal = expected(
            await self._door.ask("DELETE", path, secret=self._api_key), 409, "show_has_bookings"
        )
        hold_true("what stands in the way", refusal["count"], 2)
        yield f"409: {refusal['detail']}"
        sales = await self._door.get(f"{path}/sales", secret=self._api_key)
        seats = (sales["seats_booked"], sales["seats_counter"])
        hold_true("seats booked, seats sold at the counter", seats, (3, 2))
        yield f"its sales: {seats[0]} seats booked here, {seats[1]} at the counter"

    async def settle(self) -> Seen:
        """Finance builds its books: the settlement line of the show, to the paisa."""
        await command("warehouse", "build", "--wait", "60", settings=self._settings)
        query = f"SELECT * FROM settlement_lines WHERE show_id = '{self._theatre.show_id}'"  # noqa: S608
        printed = await command(
            "warehouse", "sql", "--format", "json", query, settings=self._settings
        )
        lines = [msgspec.json.decode(line) for line in printed.splitlines()]
        hold_true("how many settlement lines the show has", len(lines), 1)
        gross = CONTESTED_COSTS + GIVEN_BACK_COSTS
        net = gross - GIVEN_BACK_COSTS
        commission = share(net, COMMISSION_PERCENT)
        promised = {
            "gross_amount": gross,
            "refund_amount": GIVEN_BACK_COSTS,
            "net_amount": net,
            "commission_amount": commission,
            "payable_amount": net - commission,
            "currency": feed.CURRENCY,
            "booking_count": 2,
            "cancelled_booking_count": 1,
            "ticket_count": 5,
        }
        hold_true("the line", {name: lines[0][name] for name in promised}, promised)
        for name in ("gross", "refund", "net", "commission", "payable"):
            yield f"{name:<11}{money(lines[0][f'{name}_amount']):>16}"
        yield f"due on {lines[0]['due_on']}; each equal to what was worked out here"

    async def _key_of_the_theatre(self) -> str:
        printed = await command("api", "demo-logins", settings=self._settings)
        for line in printed.splitlines():
            words = line.split()
            if feed.SOURCE in words:
                return next(word for word in words if word.startswith("jbi_"))
        raise NotAsPromised(f"`python -m api demo-logins` names no key of {feed.SOURCE}: {printed}")

    async def _hold(self, name: str, seats: list[str], key: str) -> Answer:
        return await self._door.ask(
            "POST",
            f"{self._show}/holds",
            body={"seat_ids": seats},
            secret=self._sessions[name],
            key=key,
        )

    async def _pay_and_confirm(self, name: str, booking_id: str) -> tuple[dict[str, Any], Answer]:
        """The confirmed booking, and the answer to the same request sent once more."""
        secret, key = self._sessions[name], token_hex(12)
        wish = {"booking_id": booking_id, "method": "card"}
        receipt = await self._door.post("/sandbox/payments", wish, secret=secret)
        path, proof = f"/bookings/{booking_id}/confirm", {"payment_token": receipt["payment_token"]}
        confirmed = await self._door.post(path, proof, secret=secret, key=key)
        again = await self._door.ask("POST", path, body=proof, secret=secret, key=key)
        return confirmed, again

    async def _statuses(self, seats: list[str]) -> set[str]:
        """What the seat map says of these seats."""
        seatmap = await self._door.get(f"{self._show}/seat-map")
        return {
            seat["status"]
            for row in seatmap["rows"]
            for seat in row["seats"]
            if seat is not None and seat["seat_id"] in seats
        }
