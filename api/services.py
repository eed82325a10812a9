"""What one worker holds while it lives: pools, the producer, the follower, and what uses them.

Nothing here waits for a server: a worker starts without Kafka, Postgres or OpenSearch, keeps
trying to reach them, and says at /readyz what is missing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Sequence
from pathlib import Path

import structlog
from psycopg import OperationalError

from api import key_queries
from api.access import Access
from api.answers import Answers
from api.asking import Asking
from api.bookings import queries as booking_queries
from api.bookings.booking import BookingDesk
from api.bookings.changing import ChangeDesk
from api.bookings.cold import ColdBookings
from api.bookings.exchanging import ExchangeDesk
from api.bookings.history import History
from api.bookings.shows import Shows
from api.browse import snapshot
from api.browse.billboard import Topic
from api.browse.browsing import Browsing
from api.browse.reading import BillboardReading
from api.browse.search import Search
from api.commands import Commands
from api.front import Front
from api.gathering import Gathering
from api.hearsay import Hearsay
from api.keys import Ask, Keys
from api.live.bell import Bells
from api.live.streams import Live
from api.payments.tokens import Tokens
from api.people import queries as people_queries
from api.people.accounts import Accounts
from api.postgres import Pool, pool_of
from api.reports.shelf import ReportShelf
from api.seatmaps import SeatMaps
from api.shedding import Shedding
from api.shelf import Shelf, Shelved
from api.shelving import Shelving
from api.shown_maps import ShownMaps
from api.theatres.moves import Moves
from api.theatres.office import Office
from api.viewing import Viewing
from api.waiting.desk import WaitingDesk
from justbookit.ids import CommandId, ShowId
from justbookit.seat_events import SeatEvent
from justbookit.settings import Settings

log = structlog.get_logger()

_HOUR = 3600.0
SHELVED_EVENTS_MAX = 5000
"""Read at once for the shelf, in which each is applied once: what is more comes the next time."""


class Services:
    """Everything that outlives a request."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool: Pool = pool_of(settings.postgres)
        # A key need not be on disk when its command is sent (see api.keys).
        self._key_pool: Pool = pool_of(
            settings.postgres, size=1, options="-c synchronous_commit=off"
        )
        self.search = Search(settings.opensearch)
        self.bells = Bells()
        self.browsing = Browsing(
            self.search,
            BillboardReading(self.pool),
            snapshot.path_in(settings.home),
            self._ring,
        )
        self.front = Front()
        self.shedding = Shedding()
        self.commands = Commands(settings.kafka, settings.partitions)
        folder = Path(settings.home) / "browse"
        self._shelf = Shelf(folder / "seatmaps.sqlite")
        self._shelving = Shelving(
            self._shelf,
            folder / "seatmaps.lock",
            self.browsing.seats_versions,
            lambda known: booking_queries.events_since(self.pool, known, SHELVED_EVENTS_MAX),
        )
        self.seatmaps = SeatMaps(self._read_events, self._on_shelf)
        self.viewing = Viewing(self.commands.send_views)
        self.shown_maps = ShownMaps(self.seatmaps, self.viewing.saw)
        self.live = Live(self.seatmaps, self.bells)
        self.answers = Answers(
            settings.kafka,
            settings.partitions,
            is_watched=self.seatmaps.is_watched,
            seen=self._seen,
            noticed=self.browsing.keeper.notice,
        )
        self._hearsay = Hearsay(
            settings.postgres,
            lambda told: booking_queries.tell(self.pool, told),
            found=self._found,
            missed=self.seatmaps.doubt_all,
        )
        self.browsing.keeper.events = self.answers
        self.seatmaps.answers = self.answers
        self.seatmaps.hearsay = self._hearsay
        self.access = Access(
            lambda digest: people_queries.customer_of_session(self.pool, digest),
            lambda digest: people_queries.organizer_of_key(self.pool, digest),
        )
        self.accounts = Accounts(self.pool, self.access)
        self.keys = Keys(Gathering(self._note_keys))
        self.tokens = Tokens(settings.secret)
        asking = Asking(self.commands, self.answers, self._find_answer, settings.answer_seconds)
        shows = Shows(self.pool)
        history = History(self.pool, ColdBookings(Path(settings.home)))
        self.desk = BookingDesk(history, asking, shows, self.tokens)
        self.changes = ChangeDesk(asking, self.desk, self.tokens)
        self.exchanges = ExchangeDesk(asking, self.desk, shows, self.tokens)
        self.waiting = WaitingDesk(self.pool, asking, shows, self.desk)
        self.office = Office(self.pool, asking, shows)
        self.reports = ReportShelf(self.pool, settings.home)
        self.moves = Moves(self.pool, asking, shows, self.seatmaps)

    def _seen(self, event: SeatEvent) -> None:
        self.seatmaps.seen(event)
        self.bells.ring(event.show_id)

    def _found(self, show_id: ShowId, version: int) -> None:
        self.seatmaps.found(show_id, version)
        self.bells.ring(show_id)

    def _ring(self, topics: Collection[Topic]) -> None:
        for topic in topics:
            self.bells.ring(topic)

    async def _read_events(self, show_id: ShowId) -> Sequence[bytes]:
        return await booking_queries.events_of(self.pool, show_id)

    def _on_shelf(self, show_id: ShowId) -> Shelved | None:
        shelved = self._shelf.get(show_id)
        if shelved is None:
            return None
        known_until = self.browsing.seats_known_until(show_id, shelved.version)
        return shelved._replace(as_of=max(shelved.as_of, known_until))

    async def _find_answer(self, command_id: CommandId) -> tuple[str, bytes] | None:
        return await booking_queries.answer_to(self.pool, command_id)

    async def _note_keys(self, asks: Sequence[Ask]) -> Sequence[bytes | None]:
        return await key_queries.note(self._key_pool, asks)

    async def _forget_keys(self) -> None:
        while True:
            try:
                await key_queries.forget_old(self._key_pool)
            except OperationalError as error:
                log.warning("old keys are kept a while longer", why=str(error))
            await asyncio.sleep(_HOUR)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open everything, and close it in the end."""
        await self.pool.open(wait=False)
        await self._key_pool.open(wait=False)
        self.commands.open()
        self.answers.open()
        self.browsing.keeper.open()
        forgetting = asyncio.create_task(self._forget_keys())
        measuring = asyncio.create_task(self.shedding.measure())
        hearing = asyncio.create_task(self._hearsay.listen())
        pulse = asyncio.create_task(self.bells.pulse())
        shelving = asyncio.create_task(self._shelving.keep())
        telling = asyncio.create_task(self.viewing.tell_each_minute())
        try:
            yield
        finally:
            forgetting.cancel()
            measuring.cancel()
            hearing.cancel()
            pulse.cancel()
            shelving.cancel()
            telling.cancel()
            self.bells.end()
            await self.browsing.close()
            await self.commands.close()
            await self.answers.close()
            await self.search.close()
            await self._key_pool.close(timeout=1.0)
            await self.pool.close(timeout=1.0)
