"""Every code a problem may have, with its status and what it means for who gets it.

Codes are for ever: programs match on them. The seat writer's and the catalogue's refusals keep
their own names; the rest are the API's. `/problems/<code>` shows what stands here.
"""

from http import HTTPStatus

from api.exchange_kinds import EXCHANGES
from api.kind import Kind
from api.report_kinds import REPORTS
from justbookit.catalogue_events import CatalogueRefusal
from justbookit.refusals import Refusal

_NOT_FOUND, _CONFLICT = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
_UNPROCESSABLE, _GONE = HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.GONE
_BAD, _AWAY = HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE

_SEATS: dict[str, Kind] = {
    Refusal.UNKNOWN_SHOW: Kind(
        _NOT_FOUND, "No such show", "Search for shows, or ask for the movie's shows in your city."
    ),
    Refusal.SHOW_EXISTS: Kind(
        _CONFLICT, "The show exists already", "Change that show, or choose another id."
    ),
    Refusal.SHOW_CLOSED: Kind(
        _CONFLICT, "The show was taken off", "Choose another show of the movie."
    ),
    Refusal.SALES_OVER: Kind(
        _CONFLICT, "Sales are over", "The detail says when they ended; choose another show."
    ),
    Refusal.NOT_SOLD_HERE: Kind(
        _CONFLICT, "Not sold here", "This theatre sells its seats itself; ask at its counter."
    ),
    Refusal.NO_SEATS: Kind(_UNPROCESSABLE, "No seats named", "Name at least one seat."),
    Refusal.TOO_MANY_SEATS: Kind(
        _UNPROCESSABLE, "Too many seats", "Book at most as many seats as the detail says."
    ),
    Refusal.TOO_MANY_FOR_PERSON: Kind(
        _CONFLICT, "Too many seats for one person", "You have `count` seats in this show already."
    ),
    Refusal.UNKNOWN_SEAT: Kind(
        _UNPROCESSABLE, "No such seat", "Take seat ids from the show's seat map."
    ),
    Refusal.UNKNOWN_ZONE: Kind(
        _UNPROCESSABLE, "No such zone", "The detail lists the zones; leave it out for any."
    ),
    Refusal.UNKNOWN_AREA: Kind(
        _UNPROCESSABLE, "No such area", "The detail lists the areas of this theatre."
    ),
    Refusal.AREA_FULL: Kind(
        _CONFLICT, "Not so many places left", "The area has `count` places left: take fewer."
    ),
    Refusal.NO_BLOCK: Kind(
        _CONFLICT,
        "Not so many seats together",
        "The largest block has `count` seats: take `alternatives`, or choose seats one by one.",
    ),
    Refusal.SEAT_TAKEN: Kind(
        _CONFLICT, "Somebody has these seats", "Choose others; `alternatives` were free just now."
    ),
    Refusal.SEAT_BLOCKED: Kind(
        _CONFLICT,
        "The theatre keeps these seats",
        "Choose others; `alternatives` were free just now.",
    ),
    Refusal.NOT_ALLOTTED: Kind(
        _CONFLICT,
        "Sold at the counter only",
        "The theatre sells these seats itself; `alternatives` are sold here.",
    ),
    Refusal.ACCESSIBLE_ONLY: Kind(
        _CONFLICT,
        "Kept for who needs them",
        "Say `accessible` if somebody among you needs such a seat; else take `alternatives`.",
    ),
    Refusal.ORPHAN_LEFT: Kind(
        _CONFLICT,
        "A single seat would be left",
        "Nobody likes to sit alone: take `alternatives`, or the seats in `seat_ids` as well.",
    ),
    Refusal.BOOKING_EXISTS: Kind(
        _CONFLICT, "The booking exists already", "Use a new Idempotency-Key for a new booking."
    ),
    Refusal.UNKNOWN_BOOKING: Kind(
        _NOT_FOUND, "No such booking", "Your bookings are at /api/v1/me/bookings."
    ),
    Refusal.HOLD_EXPIRED: Kind(
        _GONE, "The hold ran out", "Hold the seats again; if somebody took them, choose others."
    ),
    Refusal.ALREADY_EXTENDED: Kind(
        _CONFLICT, "Extended already", "A hold gets more time once; pay before `held_until`."
    ),
    Refusal.NOT_HELD: Kind(
        _CONFLICT, "The booking is not held", "Only held seats can be paid or let go."
    ),
    Refusal.NOT_CONFIRMED: Kind(
        _CONFLICT,
        "The booking is not paid",
        "Only a paid booking is cancelled or changed; release holds.",
    ),
    Refusal.WRONG_AMOUNT: Kind(
        _UNPROCESSABLE, "Another amount", "Pay exactly the booking's amount, in its currency."
    ),
    Refusal.NOT_IN_BOOKING: Kind(
        _UNPROCESSABLE, "Not in the booking", "The detail lists the seats that the booking has."
    ),
    Refusal.PAYMENT_USED: Kind(
        _CONFLICT, "This was paid with before", "Pay the difference, and send that payment's token."
    ),
    Refusal.NOTHING_REMAINS: Kind(
        _CONFLICT, "That is the whole booking", "Cancel the booking; or keep at least one seat."
    ),
    Refusal.UNKNOWN_QUOTE: Kind(
        _NOT_FOUND,
        "No such quote",
        "Ask for one at /api/v1/bookings/{booking_id}/change-quotes.",
    ),
    Refusal.TOO_MANY_QUOTES: Kind(
        _CONFLICT, "Too many quotes", "Take one of the `count` quotes that stand."
    ),
    Refusal.QUOTE_EXPIRED: Kind(
        _GONE, "The quote ran out", "Ask for another quote; it holds for ten minutes."
    ),
    Refusal.QUOTE_OUTDATED: Kind(
        _CONFLICT, "The booking changed since", "Ask for another quote of what it is now."
    ),
    Refusal.UNKNOWN_SALE: Kind(
        _NOT_FOUND, "No such counter sale", "Use the sale_id that the sale was made with."
    ),
    Refusal.SALE_EXISTS: Kind(
        _CONFLICT, "The sale exists already", "Use a new sale_id for a new sale."
    ),
    Refusal.BAD_UNTIL: Kind(
        _UNPROCESSABLE,
        "It cannot end then",
        "Name one time after now and not after the start of the show; the detail says both.",
    ),
    Refusal.SHOW_OVER: Kind(
        _CONFLICT, "The show is over", "Its day will be settled; refund its customers yourself."
    ),
    Refusal.PLAN_OUTDATED: Kind(
        _CONFLICT,
        "The plan is outdated",
        "Somebody booked or left since: ask for the plan again, look, and move under that one.",
    ),
    Refusal.SEATS_AVAILABLE: Kind(
        _CONFLICT, "Nobody need wait", "`alternatives` are free for all of you: hold them."
    ),
    Refusal.ALREADY_WAITING: Kind(
        _CONFLICT, "You wait already", "Your places in line are at /api/v1/me/waiting-list."
    ),
    Refusal.WAITING_OVER: Kind(
        _CONFLICT, "Nobody waits any more", "The show is too near; look for free seats or another."
    ),
    Refusal.WAITING_LIST_FULL: Kind(
        _CONFLICT, "The waiting list is full", "Choose another show of the movie."
    ),
    Refusal.UNKNOWN_ENTRY: Kind(
        _NOT_FOUND, "No such place in line", "Join the show's waiting list, again if need be."
    ),
    Refusal.NOT_OFFERED: Kind(
        _CONFLICT, "Nothing is offered yet", "You keep your place; look again in a moment."
    ),
    Refusal.OFFER_EXPIRED: Kind(
        _GONE, "The offer ran out", "Others had their turn; join the waiting list again."
    ),
    Refusal.SHOW_HAS_BOOKINGS: Kind(
        _CONFLICT,
        "The show has bookings",
        "`count` bookings and holds stand in the way; POST its `/cancellation` to refund them.",
    ),
}

_CATALOGUE: dict[str, Kind] = {
    # Who asks for what is another's must not learn that it exists.
    CatalogueRefusal.NOT_YOURS: Kind(
        _NOT_FOUND, "No such thing of yours", "Only what your own key may see can be changed."
    ),
    CatalogueRefusal.UNKNOWN_VENUE: Kind(
        _NOT_FOUND, "No such venue", "Your venues are at /api/v1/theatre/venues."
    ),
    CatalogueRefusal.UNKNOWN_THEATRE: Kind(
        _NOT_FOUND, "No such theatre", "Your theatres are at /api/v1/theatre/theatres."
    ),
    CatalogueRefusal.UNKNOWN_MOVIE: Kind(
        _UNPROCESSABLE, "No such movie", "Movies you may schedule are at /api/v1/theatre/movies."
    ),
    CatalogueRefusal.UNKNOWN_OFFER: Kind(_NOT_FOUND, "No such offer", "Name an offer there is."),
    CatalogueRefusal.UNKNOWN_TIMEZONE: Kind(
        _UNPROCESSABLE, "No such time zone", "Use an IANA name such as Asia/Kolkata."
    ),
    CatalogueRefusal.OTHER_VENUE: Kind(
        _UNPROCESSABLE, "In another venue", "A show moves within its venue; else cancel it."
    ),
    CatalogueRefusal.BAD_LAYOUT: Kind(
        _UNPROCESSABLE, "The layout is not sound", "The detail names the row and the rule."
    ),
    CatalogueRefusal.ZONE_WITHOUT_PRICE: Kind(
        _UNPROCESSABLE, "A zone has no price", "Give a price to every zone of the layout."
    ),
    CatalogueRefusal.SHOW_IN_THE_PAST: Kind(
        _UNPROCESSABLE, "The show is in the past", "Schedule a show that is still to come."
    ),
    CatalogueRefusal.SHOW_MOVED_THEATRE: Kind(
        _CONFLICT, "A show stays in its theatre", "Remove it and schedule another there."
    ),
    CatalogueRefusal.SCREEN_TAKEN: Kind(
        _CONFLICT, "The screen is taken", "Another show overlaps; the detail says which and when."
    ),
    CatalogueRefusal.STILL_IN_USE: Kind(
        _CONFLICT, "Still in use", "`count` things depend on it; remove those first."
    ),
}

_OURS: dict[str, Kind] = {
    "validation": Kind(
        _UNPROCESSABLE, "The request breaks a rule", "`errors` names each field and its rule."
    ),
    "malformed_body": Kind(_BAD, "The body cannot be read", "Send one JSON object in UTF-8."),
    "unknown_city": Kind(_NOT_FOUND, "No such city", "`valid` lists the cities with shows."),
    "unknown_movie_here": Kind(
        _NOT_FOUND, "The movie is not on here", "Search for the movie, or choose another city."
    ),
    "unknown_date": Kind(_NOT_FOUND, "Nothing on that day", "`valid` lists the days with shows."),
    "unknown_page": Kind(_NOT_FOUND, "Nothing here", "The interface is described at /docs."),
    "method_not_allowed": Kind(
        HTTPStatus.METHOD_NOT_ALLOWED, "Not this method", "`Allow` lists the methods."
    ),
    "bad_filter": Kind(_UNPROCESSABLE, "No such filter value", "`valid` lists what can be asked."),
    "bad_cursor": Kind(_UNPROCESSABLE, "The cursor is not ours", "Begin again without a cursor."),
    "not_logged_in": Kind(
        HTTPStatus.UNAUTHORIZED,
        "Log in first",
        "POST /api/v1/sessions, then send its token as `Authorization: Bearer …`.",
    ),
    "wrong_credentials": Kind(
        HTTPStatus.UNAUTHORIZED, "E-mail or password is wrong", "Try again, or register."
    ),
    "wrong_role": Kind(
        HTTPStatus.FORBIDDEN,
        "Not with this kind of login",
        "Customers book with a session token; theatres manage shows with an API key.",
    ),
    "not_cancelled": Kind(
        _NOT_FOUND, "Not cancelled", "POST a reason to the same address to cancel the show."
    ),
    "email_taken": Kind(_CONFLICT, "The e-mail address is taken", "Log in with it instead."),
    "too_many_attempts": Kind(
        HTTPStatus.TOO_MANY_REQUESTS, "Too many attempts", "Wait as long as Retry-After says."
    ),
    "form_expired": Kind(
        HTTPStatus.FORBIDDEN, "The form is too old", "Go back, load the page again and resend."
    ),
    "idempotency_key_missing": Kind(
        _BAD, "No Idempotency-Key", "Send a new random Idempotency-Key; repeat it when you retry."
    ),
    "idempotency_key_reused": Kind(
        _UNPROCESSABLE,
        "The Idempotency-Key came with another body",
        "Repeat the very same request, or use a new key for a new one.",
    ),
    "payment_declined": Kind(
        HTTPStatus.PAYMENT_REQUIRED, "The card was declined", "Your seats are kept; pay otherwise."
    ),
    "nothing_to_pay": Kind(
        _CONFLICT, "Nothing to pay", "Make the change without a payment; what is over comes back."
    ),
    "bad_payment_token": Kind(
        _UNPROCESSABLE,
        "The payment token is not for this",
        "Get one for this booking at /api/v1/sandbox/payments; it works for ten minutes.",
    ),
    "too_large": Kind(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large", "Send at most 64 kB."
    ),
    "no_answer_yet": Kind(
        HTTPStatus.GATEWAY_TIMEOUT,
        "No answer yet",
        "Send the same request with the same Idempotency-Key; it is never done twice.",
    ),
    "booking_paused": Kind(
        _AWAY, "Booking is paused", "Nothing was lost; send the same request again in a moment."
    ),
    "overloaded": Kind(
        _AWAY,
        "Too much is asked just now",
        "Ask again after as many seconds as Retry-After says; paying and confirming go on.",
    ),
    "browsing_paused": Kind(_AWAY, "Browsing is paused", "Ask again in a moment."),
    "records_away": Kind(_AWAY, "Records cannot be read now", "Ask again in a moment."),
    "internal": Kind(
        HTTPStatus.INTERNAL_SERVER_ERROR, "Our mistake", "It has been written down; try again."
    ),
}

KINDS: dict[str, Kind] = {**_SEATS, **EXCHANGES, **_CATALOGUE, **_OURS, **REPORTS}
