"""The codes that only an exchange for seats of another show may have."""

from http import HTTPStatus

from api.kind import Kind
from justbookit.refusals import Refusal

_CONFLICT = HTTPStatus.CONFLICT

EXCHANGES: dict[str, Kind] = {
    Refusal.SAME_SHOW: Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The booking is of this show",
        "Change its seats at /api/v1/bookings/{booking_id}/change-quotes instead.",
    ),
    Refusal.OTHER_ORGANIZER: Kind(
        _CONFLICT,
        "Another organizer's show",
        "Choose a show of the same organizer; or cancel the booking and book anew.",
    ),
    Refusal.OTHER_CURRENCY: Kind(
        _CONFLICT,
        "Sold in another currency",
        "Choose a show in the currency you paid in; or cancel the booking and book anew.",
    ),
    Refusal.EXCHANGE_OVER: Kind(
        _CONFLICT,
        "Too late to exchange it",
        "The detail says until when it was possible; the booking is as good as before.",
    ),
    Refusal.EXCHANGE_PENDING: Kind(
        _CONFLICT,
        "It is being exchanged just now",
        "Look at the booking again in a moment: it will be exchanged, or yours to change again.",
    ),
    Refusal.NO_EXCHANGE: Kind(
        _CONFLICT, "No such exchange", "Ask for another quote, and make the exchange under that."
    ),
}
