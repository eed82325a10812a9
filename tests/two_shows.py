"""Two shows of two writers, and the errands between them, run when somebody says so."""

from datetime import timedelta

import msgspec

from justbookit import wire
from justbookit.errands import errand_of
from justbookit.evolving import evolve
from justbookit.exchange_commands import ExchangeBooking, Origin, QuoteExchange
from justbookit.seat_commands import BookSeats, HoldSeats, OpenShow, Payment
from justbookit.seatmap import SeatMap
from lab.verify.audit import Audit
from lab.verify.exchanges import Bridge, judge_exchanges
from lab.verify.history import History
from lab.verify.judging import judge_show
from tests.decided import decide
from tests.one_show import NOON, TERMS, ask

OLD, NEW = "old", "new"
HOLD = timedelta(minutes=8)
BINDS = timedelta(minutes=10)
LATER = timedelta(hours=1)
ANA = {"booking_id": "ana", "customer_id": "ana-customer"}


def terms(show_id, **others):
    return msgspec.structs.replace(TERMS, show_id=show_id, **others)


class Town:
    """What each writer knows, what was published, and which errands nobody has run yet."""

    def __init__(self, now=NOON, old=None, new=None):
        self.now = now
        self.maps = {OLD: SeatMap(OLD), NEW: SeatMap(NEW)}
        self.logs = {OLD: [], NEW: []}
        self.errands = []
        for show_id, sold_on in ((OLD, old), (NEW, new)):
            self.tell(ask(OpenShow, show_id=show_id, terms=sold_on or terms(show_id)))

    def tell(self, command):
        """Have a command decided; its answer."""
        show_id = command.show_id
        events = decide(self.maps[show_id], command, self.now, HOLD)
        for decided in events:
            event = decided
            if event.command_id == "":
                event = msgspec.structs.replace(event, command_id=None)
            evolve(self.maps[show_id], event)
            self.logs[show_id].append(event)
            self.publish(event)
        answer = self.maps[show_id].answers.get(command.command_id)
        if not events and answer is not None:
            self.publish(answer)
        return answer

    def publish(self, event):
        if (errand := errand_of(event)) is not None:
            self.errands.append(errand)

    def run_errand(self, at=0):
        return self.tell(self.errands.pop(at))

    def run_errands(self):
        """All of them, and what follows from them."""
        while self.errands:
            self.run_errand()

    def book(self, amount, *seats):
        paid = Payment(reference="first", method="card", amount=amount, currency="INR")
        return self.tell(ask(BookSeats, show_id=OLD, **ANA, seat_ids=seats, payment=paid))

    def quote(self, *seats, give=(), name="q", who=ANA):
        """Both halves of a quote: what comes along, and the seats held for it."""
        quoted = self.tell(
            QuoteExchange(
                command_id=name,
                show_id=OLD,
                **who,
                give=give,
                to_show_id=NEW,
                to_booking_id=f"ana-{name}",
            )
        )
        return quoted if hasattr(quoted, "code") else self.hold(origin_of(quoted), *seats, who=who)

    def hold(self, origin, *seats, who=ANA):
        name = f"ana-{origin.quote_id}"
        return self.tell(
            HoldSeats(
                command_id=f"{origin.quote_id}.hold",
                show_id=NEW,
                booking_id=name,
                customer_id=who["customer_id"],
                seat_ids=seats,
                origin=origin,
            )
        )

    def begin(self, pays=0, quote_id="q", name="e", reference="more", who=ANA):
        payment = Payment(reference=reference, method="card", amount=pays, currency="INR")
        return self.tell(
            ExchangeBooking(
                command_id=name,
                show_id=OLD,
                **who,
                quote_id=quote_id,
                payment=payment if pays else None,
            )
        )

    def old(self):
        return self.maps[OLD].bookings["ana"]

    def new(self, name="ana-q"):
        return self.maps[NEW].bookings[name]

    def faults(self):
        """What the second fold has to say, of each show and of both together."""
        audit, bridge = Audit(), Bridge()
        for show_id, log in self.logs.items():
            history = History(show_id, log, list(map(wire.encode, log)))
            judge_show(history, None, {}, audit, bridge)
        judge_exchanges(bridge, audit)
        return [str(fault) for fault in audit.faults]


def origin_of(quoted):
    return Origin(
        show_id=quoted.show_id,
        booking_id=quoted.booking_id,
        quote_id=quoted.command_id,
        organizer_id=quoted.organizer_id,
        credit=quoted.credit,
        currency=quoted.currency,
        method=quoted.method,
        reference=quoted.reference,
        valid_until=quoted.valid_until,
    )
