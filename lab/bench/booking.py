"""Hold and confirm over HTTP: as fast as it goes, then at a given rate.

Flat out is a closed loop: each of so many clients begins the next booking when the last is done.
At a rate it is an open loop: bookings begin by the clock, and what the client or the server is
late with counts as latency. The first seconds of each are warm-up and are left out.
"""

import asyncio
import time
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from random import Random

import msgspec

from justbookit.settings import Settings
from lab.bench.bare import bare_requests_per_s
from lab.bench.customers import Booked, Customer, Desk
from lab.bench.figures import Figures, NotPlausible, Result, latencies, result
from lab.bench.gateway import Gateway
from lab.bench.ground import Say, lay, wait_until_still
from lab.bench.http import Connections
from lab.bench.spending import Spending

CLIENTS = 96
"""So many that the stack bounds them; 32 spend their time waiting, each for its one answer."""

WARM_UP_SECONDS = 3.0
CUSTOMERS = 50
CONNECTIONS_MAX = 256
SEATS_IN_SHOW = 200
EXPECTED_MAX_PER_SECOND = 1500


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much is to be asked."""

    clients: int = CLIENTS
    seconds: float = 20.0
    rate: int = 200
    answers: Path | None = None


async def booking(settings: Settings, plan: Plan, say: Say) -> Result:
    """Measure both; every booking of it must have been answered 201."""
    bookings_max = (plan.seconds + WARM_UP_SECONDS) * (EXPECTED_MAX_PER_SECOND + plan.rate)
    shows = max(40, int(bookings_max * 2 / SEATS_IN_SHOW) + 1)
    ground = await asyncio.to_thread(lay, settings, shows, say)
    pairs = ground.pairs()
    # Customers do not come in the order of seats.
    Random(ground.run).shuffle(pairs)
    host = "127.0.0.1" if settings.api_host in {"", "0.0.0.0", "::"} else settings.api_host  # noqa: S104
    with ExitStack() as files:
        answers = files.enter_context(plan.answers.open("ab")) if plan.answers else None
        async with Connections(host, settings.api_port, CONNECTIONS_MAX) as connections:
            desk = Desk(connections, host, Gateway(settings.secret), iter(pairs), answers)
            say("customers register and log in")
            customers = await desk.admit(CUSTOMERS)
            bare = await bare_requests_per_s(connections, host, plan.clients)
            say(f"flat out, {plan.clients} clients, {plan.seconds:g} s")
            spending = Spending(settings)
            flat_out, made = await _flat_out(desk, customers, plan)
            spent = spending.per(made, "flat_out.cpu_")
            await asyncio.to_thread(wait_until_still, settings, say)
            say(f"{plan.rate} bookings a second, {plan.seconds:g} s")
            spending = Spending(settings)
            at_rate = await _at_rate(desk, customers, plan)
            wanted = int((WARM_UP_SECONDS + plan.seconds) * plan.rate)
            spent |= spending.per(wanted, f"rate_{plan.rate}.cpu_")
    figures: Figures = {
        "flat_out.bookings_per_s": len(flat_out) / plan.seconds,
        **latencies("flat_out.", [each.whole for each in flat_out]),
        **latencies("flat_out.hold_", [each.hold for each in flat_out]),
        f"rate_{plan.rate}.bookings_per_s": len(at_rate) / plan.seconds,
        **latencies(f"rate_{plan.rate}.", [each.whole for each in at_rate]),
        **latencies(f"rate_{plan.rate}.hold_", [each.hold for each in at_rate]),
        **latencies(f"rate_{plan.rate}.confirm_", [each.confirm for each in at_rate]),
        **spent,
        "asked_again": float(sum(each.asked_again for each in flat_out + at_rate)),
    }
    return result(
        "booking",
        figures,
        {
            "clients": plan.clients,
            "seconds": plan.seconds,
            "warm_up_seconds": WARM_UP_SECONDS,
            "rate": plan.rate,
            "shows": shows,
            "seats_per_booking": 2,
            "customers": CUSTOMERS,
            "latency": "hold + confirm, as the client sees it; the gateway's signature left out",
        },
        {"bare.requests_per_s": bare},
    )


async def _flat_out(desk: Desk, customers: list[Customer], plan: Plan) -> tuple[list[Booked], int]:
    """The bookings that count, and how many were made in all."""
    begins = time.perf_counter() + WARM_UP_SECONDS
    ends = begins + plan.seconds
    made: list[Booked] = []

    async def client(customer: Customer) -> None:
        while (now := time.perf_counter()) < ends:
            made.append(await desk.book(customer, now))

    async with asyncio.TaskGroup() as clients:
        for _, customer in zip(range(plan.clients), cycle(customers), strict=False):
            clients.create_task(client(customer))
    return _within(made, begins, ends), len(made)


async def _at_rate(desk: Desk, customers: list[Customer], plan: Plan) -> list[Booked]:
    begin = time.perf_counter()
    wanted = int((WARM_UP_SECONDS + plan.seconds) * plan.rate)
    buyers = cycle(customers)
    begins, ends = begin + WARM_UP_SECONDS, begin + WARM_UP_SECONDS + plan.seconds
    counted: list[asyncio.Task[Booked]] = []
    async with asyncio.TaskGroup() as clients:
        for number in range(wanted):
            meant_at = begin + number / plan.rate
            if (wait := meant_at - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            task = clients.create_task(desk.book(next(buyers), meant_at))
            if begins <= meant_at < ends:
                counted.append(task)
    return [task.result() for task in counted]


def _within(made: list[Booked], begins: float, ends: float) -> list[Booked]:
    found = [each for each in made if begins <= each.done_at < ends]
    if not found:
        raise NotPlausible("no booking was made in the time that was measured")
    return found
