"""Listings for tests of browsing: one show, changed where a test cares."""

from datetime import UTC, datetime

import msgspec

from justbookit.listing import ShowListing, availability_of

NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
LISTING = ShowListing(
    show_id="s1",
    doc_version=1,
    open=True,
    movie_id="m1",
    title="Lamps",
    other_titles=("दीप",),
    genres=("Drama",),
    rating="U",
    duration_minutes=100,
    description="",
    language="Hindi",
    subtitles="",
    format="2D",
    city_id="pune",
    city_name="Pune",
    venue_id="v1",
    venue_name="The One",
    venue_address="1 Road",
    theatre_id="t1",
    theatre_name="Screen 1",
    starts_at=NOW.replace(hour=18, second=0),
    ends_at=NOW.replace(hour=20),
    timezone="Asia/Kolkata",
    local_date="2026-11-23",
    local_time="23:30",
    band="night",
    currency="INR",
    price_min=18000,
    price_max=25000,
    seats_total=100,
    seats_free=100,
    availability="plenty",
    location=None,
    seats_version=1,
    as_of=NOW,
)


def listing(show_id="s1", **changed):
    return msgspec.structs.replace(LISTING, show_id=show_id, **changed)


def with_free(before, free, version):
    """The same show when so many seats are free."""
    return msgspec.structs.replace(
        before,
        doc_version=version,
        seats_version=version,
        seats_free=free,
        availability=availability_of(
            seats_total=before.seats_total, seats_free=free, sold_here=True
        ),
    )
