"""Seat commands and theatre facts in: the one door through which a seat is given away."""

from typing import Any

from justbookit import topics
from justbookit.settings import Settings
from streams import app as apps
from streams.rehearsal import group
from streams.seats.writer import SeatWriter

NAME = "justbookit-seats"


def run(settings: Settings) -> None:
    """Decide until told to stop; ends the process."""
    app = apps.make_app(
        settings, group(settings, NAME), gather_seconds=settings.batch_linger_ms / 1000
    )
    writer = SeatWriter(settings, app)
    apps.own(app, writer)
    both = app.topic(
        topics.SEAT_COMMANDS.name,
        topics.THEATRE_FACTS.name,
        key_serializer="raw",
        value_serializer="raw",
    )

    @app.agent(both)
    async def decide(stream: Any) -> None:
        stream.enable_acks = False
        await writer.feed(stream.events())

    apps.run(app, settings)
