"""Why seats were not given, and why a hold ended: words that programs match on, for ever."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a wish was not granted; stable, part of the public API."""

    UNKNOWN_SHOW = "unknown_show"
    SHOW_EXISTS = "show_exists"
    SHOW_CLOSED = "show_closed"
    SALES_OVER = "sales_over"
    NOT_SOLD_HERE = "not_sold_here"
    NO_SEATS = "no_seats"
    TOO_MANY_SEATS = "too_many_seats"
    TOO_MANY_FOR_PERSON = "too_many_for_person"
    UNKNOWN_SEAT = "unknown_seat"
    UNKNOWN_ZONE = "unknown_zone"
    UNKNOWN_AREA = "unknown_area"
    AREA_FULL = "area_full"
    NO_BLOCK = "no_block"
    SEAT_TAKEN = "seat_taken"
    SEAT_BLOCKED = "seat_blocked"
    NOT_ALLOTTED = "not_allotted"
    ACCESSIBLE_ONLY = "accessible_only"
    ORPHAN_LEFT = "orphan_left"
    BOOKING_EXISTS = "booking_exists"
    UNKNOWN_BOOKING = "unknown_booking"
    HOLD_EXPIRED = "hold_expired"
    ALREADY_EXTENDED = "already_extended"
    NOT_HELD = "not_held"
    NOT_CONFIRMED = "not_confirmed"
    WRONG_AMOUNT = "wrong_amount"
    NOT_IN_BOOKING = "not_in_booking"
    PAYMENT_USED = "payment_used"
    NOTHING_REMAINS = "nothing_remains"
    UNKNOWN_QUOTE = "unknown_quote"
    TOO_MANY_QUOTES = "too_many_quotes"
    QUOTE_EXPIRED = "quote_expired"
    QUOTE_OUTDATED = "quote_outdated"
    UNKNOWN_SALE = "unknown_sale"
    SALE_EXISTS = "sale_exists"
    SHOW_HAS_BOOKINGS = "show_has_bookings"
    BAD_UNTIL = "bad_until"
    SHOW_OVER = "show_over"
    PLAN_OUTDATED = "plan_outdated"


class ReleaseReason(StrEnum):
    """Why a hold ended without a booking."""

    CUSTOMER = "customer"
    EXPIRED = "expired"
    COUNTER = "counter"
    """The theatre sold a seat of its own at its counter, given back to it since the hold began."""
    SHOW_CANCELLED = "show_cancelled"
    SHOW_MOVED = "show_moved"


MOVED = "the show moved to another hall"
MOVED_WITHOUT = "the show moved to another hall, which has no place as good for all of you"
"""Why, for who held seats, and for who had paid."""
