"""Routes of theatres: their shows, and the seats they keep, allot and sell themselves."""

from datetime import UTC
from http import HTTPStatus
from secrets import token_hex

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import AnyRequest, Organizer
from api.keys import Claim
from api.problems import invalid
from api.responses import NO_STORE, headers_of
from api.routes.bookings import IdempotencyKey, claim_of
from api.services import Services
from api.theatres.views import (
    AllotmentIn,
    BlockIn,
    InventoryChange,
    SeatsIn,
    ShowIn,
    TheatreShow,
)
from justbookit.catalogue import Show
from justbookit.ids import CommandId, MovieId, SaleId, SeatId, ShowId, TheatreId, is_id
from justbookit.seat_commands import (
    BlockSeats,
    ReturnCounterSale,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)

TAGS = ["Theatres"]


async def wish_of(
    services: Services, request: AnyRequest, organizer: Organizer, key: str | None
) -> tuple[CommandId, Claim | None]:
    """What a PUT or DELETE is asked as: harmless to repeat, so its key may be left out."""
    if key is None:
        return CommandId(f"c-{token_hex(16)}"), None
    claim = await claim_of(services, request, organizer.organizer_id, key)
    return claim.command_id, claim


def _show(show_id: str, asked: ShowIn) -> Show:
    if not is_id(show_id):
        raise invalid("/show_id", "lower case letters, digits, '.', '-' and '_', at most 96")
    return Show(
        show_id=ShowId(show_id),
        theatre_id=TheatreId(asked.theatre_id),
        movie_id=MovieId(asked.movie_id),
        starts_at=asked.starts_at.astimezone(UTC),
        prices=asked.prices,
        language=asked.language,
        subtitles=asked.subtitles,
        format=asked.format,
    )


@post("/theatre/shows", operation_id="createShow", summary="Schedule a show", tags=TAGS)
async def create_show(
    request: AnyRequest,
    data: JSONBody[ShowIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[TheatreShow]:
    """Schedule a show under a new id, and put its seats on sale."""
    claim = await claim_of(services, request, organizer.organizer_id, idempotency_key)
    changed = await services.office.put_show(
        organizer.organizer_id,
        _show(claim.show_id, data),
        claim.command_id,
        replay=claim.replay,
    )
    return Response(changed.show, status_code=HTTPStatus.CREATED, headers=headers_of(claim))


@put(
    "/theatre/shows/{show_id:str}",
    operation_id="putShow",
    summary="Schedule or change a show",
    tags=TAGS,
)
async def put_show(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[ShowIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[TheatreShow]:
    """Schedule a show under an id of your choice (201), or change it (200)."""
    command_id, claim = await wish_of(services, request, organizer, idempotency_key)
    changed = await services.office.put_show(
        organizer.organizer_id,
        _show(show_id, data),
        command_id,
        replay=claim is not None and claim.replay,
    )
    status = HTTPStatus.CREATED if changed.created else HTTPStatus.OK
    return Response(changed.show, status_code=status, headers=headers_of(claim))


@get("/theatre/shows/{show_id:str}", operation_id="getOwnShow", summary="One own show", tags=TAGS)
async def own_show(
    show_id: FromPath[str],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
) -> Response[TheatreShow]:
    """One of your shows, on sale or taken off."""
    found = await services.office.show(organizer.organizer_id, ShowId(show_id))
    return Response(found, headers=NO_STORE)


@delete(
    "/theatre/shows/{show_id:str}",
    operation_id="deleteShow",
    summary="Take a show off",
    tags=TAGS,
)
async def delete_show(
    request: AnyRequest,
    show_id: FromPath[str],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> None:
    """Take a show off sale for good; refused, with the count, while it has bookings or holds."""
    command_id, claim = await wish_of(services, request, organizer, idempotency_key)
    await services.office.remove_show(
        organizer.organizer_id,
        ShowId(show_id),
        command_id,
        replay=claim is not None and claim.replay,
    )


@put(
    "/theatre/shows/{show_id:str}/allotment",
    operation_id="putAllotment",
    summary="Say which seats are sold here",
    tags=TAGS,
)
async def put_allotment(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[AllotmentIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[InventoryChange]:
    """Allot these seats to be sold here, until the give-back time; null allots all."""
    command_id, claim = await wish_of(services, request, organizer, idempotency_key)
    command = SetAllotment(
        command_id=command_id,
        show_id=ShowId(show_id),
        seat_ids=None if data.seat_ids is None else tuple(map(SeatId, data.seat_ids)),
        areas=data.areas,
        give_back_at=data.give_back_at,
        give_back_minutes_before=data.give_back_minutes_before,
    )
    changed = await services.office.change_seats(
        organizer.organizer_id, command, replay=claim is not None and claim.replay
    )
    return Response(changed, headers=headers_of(claim))


@post(
    "/theatre/shows/{show_id:str}/blocks",
    operation_id="blockSeats",
    summary="Keep seats from sale",
    tags=TAGS,
)
async def block(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[BlockIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[InventoryChange]:
    """Keep seats from sale, until a time or for good: house seats, broken seats."""
    claim = await claim_of(services, request, organizer.organizer_id, idempotency_key)
    command = BlockSeats(
        command_id=claim.command_id,
        show_id=ShowId(show_id),
        seat_ids=tuple(map(SeatId, data.seat_ids)),
        areas=data.areas,
        reason=data.reason,
        until=data.until,
        until_minutes_before=data.until_minutes_before,
    )
    changed = await services.office.change_seats(
        organizer.organizer_id, command, replay=claim.replay
    )
    return Response(changed, status_code=HTTPStatus.CREATED, headers=headers_of(claim))


@post(
    "/theatre/shows/{show_id:str}/unblock",
    operation_id="unblockSeats",
    summary="Put blocked seats back on sale",
    tags=TAGS,
    status_code=HTTPStatus.OK,
)
async def unblock(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[SeatsIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[InventoryChange]:
    """Put seats back on sale that were blocked."""
    claim = await claim_of(services, request, organizer.organizer_id, idempotency_key)
    command = UnblockSeats(
        command_id=claim.command_id,
        show_id=ShowId(show_id),
        seat_ids=tuple(map(SeatId, data.seat_ids)),
        areas=data.areas,
    )
    changed = await services.office.change_seats(
        organizer.organizer_id, command, replay=claim.replay
    )
    return Response(changed, headers=headers_of(claim))


@post(
    "/theatre/shows/{show_id:str}/counter-sales",
    operation_id="sellAtCounter",
    summary="Sell seats at the counter",
    tags=TAGS,
)
async def sell(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[SeatsIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[InventoryChange]:
    """Take seats for somebody at your counter, all or none."""
    claim = await claim_of(services, request, organizer.organizer_id, idempotency_key)
    command = SellAtCounter(
        command_id=claim.command_id,
        show_id=ShowId(show_id),
        sale_id=claim.sale_id,
        seat_ids=tuple(map(SeatId, data.seat_ids)),
        areas=data.areas,
    )
    changed = await services.office.change_seats(
        organizer.organizer_id, command, replay=claim.replay
    )
    return Response(changed, status_code=HTTPStatus.CREATED, headers=headers_of(claim))


@delete(
    "/theatre/shows/{show_id:str}/counter-sales/{sale_id:str}",
    operation_id="returnCounterSale",
    summary="Take a counter sale back",
    tags=TAGS,
    status_code=HTTPStatus.OK,
)
async def return_sale(
    request: AnyRequest,
    show_id: FromPath[str],
    sale_id: FromPath[str],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[InventoryChange]:
    """Take a counter sale back; its seats are free again."""
    command_id, claim = await wish_of(services, request, organizer, idempotency_key)
    command = ReturnCounterSale(
        command_id=command_id, show_id=ShowId(show_id), sale_id=SaleId(sale_id)
    )
    changed = await services.office.change_seats(
        organizer.organizer_id, command, replay=claim is not None and claim.replay
    )
    return Response(changed, headers=headers_of(claim))


ROUTES = [
    create_show,
    put_show,
    own_show,
    delete_show,
    put_allotment,
    block,
    unblock,
    sell,
    return_sale,
]
