"""What a seat costs and why: prices by zone, and the best single offer on each ticket.

Rules (docs/glossary.md, "offer"): of the tickets of one booking, dearest first, the last of each
three is the *third ticket*, so that the cheapest of each three is the one that gets something
off; a *time of day* offer takes something off every ticket of a show that starts within its
theatre-local hours. A ticket gets the one offer that takes off most, never two. A discount is
rounded half to even, once for each ticket, so lines always add up to the total.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from justbookit.catalogue import Offer, OfferRule, ShowTerms
from justbookit.ids import CityId, SeatId, TheatreId, ZoneId
from justbookit.money import share
from justbookit.price_lines import PriceLine

GROUP = 3


class Quote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What some seats of a show cost together, in minor units, with a line for each."""

    lines: tuple[PriceLine, ...]
    amount: int
    currency: str


class Tariff(msgspec.Struct, frozen=True, kw_only=True):
    """A show's prices with the offers that may apply to it: worked out once, asked often."""

    currency: str
    prices: dict[ZoneId, int]
    every_ticket: Offer | None
    third_ticket: Offer | None


def applies(offer: Offer, *, city_id: CityId, theatre_id: TheatreId, local_date: date) -> bool:
    """Whether `offer` is for shows of this theatre on this theatre-local day."""
    return (
        (not offer.cities or city_id in offer.cities)
        and (not offer.theatres or theatre_id in offer.theatres)
        and (offer.starts_on is None or offer.starts_on <= local_date)
        and (offer.ends_on is None or local_date <= offer.ends_on)
    )


def tariff_of(terms: ShowTerms) -> Tariff:
    """The prices and offers under which a show with these terms is sold."""
    starts_at = terms.starts_at.astimezone(ZoneInfo(terms.timezone))
    clock = f"{starts_at:%H:%M}"
    live = [
        offer
        for offer in terms.offers
        if applies(
            offer,
            city_id=terms.city_id,
            theatre_id=terms.theatre_id,
            local_date=starts_at.date(),
        )
    ]
    return Tariff(
        currency=terms.currency,
        prices=dict(terms.prices),
        every_ticket=_best(
            offer
            for offer in live
            if offer.rule is OfferRule.TIME_OF_DAY and offer.from_time <= clock < offer.until_time
        ),
        third_ticket=_best(offer for offer in live if offer.rule is OfferRule.THIRD_TICKET),
    )


def _best(offers: Iterable[Offer]) -> Offer | None:
    """The one that takes off most; of equals the first by name, so that all agree."""
    return min(offers, key=lambda offer: (-offer.percent, offer.offer_id), default=None)


def price(tariff: Tariff, seats: Sequence[tuple[SeatId, ZoneId]]) -> Quote:
    """What `seats` cost in one booking; lines in the order asked.

    Raises KeyError for a zone without a price: no show is put on sale with one.
    """
    bases = [tariff.prices[zone] for _, zone in seats]
    thirds: frozenset[int] = frozenset()
    if tariff.third_ticket is not None and len(seats) >= GROUP:
        dearest_first = sorted(range(len(seats)), key=lambda at: (-bases[at], seats[at][0]))
        thirds = frozenset(dearest_first[GROUP - 1 :: GROUP])
    lines = tuple(
        _line(seat, zone, base, _offer_on(tariff, third=at in thirds))
        for at, ((seat, zone), base) in enumerate(zip(seats, bases, strict=True))
    )
    return Quote(lines=lines, amount=sum([line.price for line in lines]), currency=tariff.currency)


def _offer_on(tariff: Tariff, *, third: bool) -> Offer | None:
    """Of those that a ticket may get the one that takes off most."""
    every, other = tariff.every_ticket, tariff.third_ticket if third else None
    if every is None or other is None:
        return every or other
    return max(every, other, key=lambda each: each.percent)


def _line(seat: SeatId, zone: ZoneId, base: int, offer: Offer | None) -> PriceLine:
    if offer is None:
        return PriceLine(seat_id=seat, zone=zone, base=base, price=base)
    discount = share(base, offer.percent)
    return PriceLine(
        seat_id=seat,
        zone=zone,
        base=base,
        price=base - discount,
        discount=discount,
        offer_id=offer.offer_id,
        reason=f"{offer.name}: {offer.percent} % off",
    )
