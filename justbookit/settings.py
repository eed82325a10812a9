"""Every knob there is, read from a mapping (usually the environment) and from nowhere else.

A name that starts like ours and is not ours is an error: a misspelt setting must not be
silently ignored. `.env.example` lists the same names; a test holds the two equal.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

PREFIX = "JUSTBOOKIT_"

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One value for each knob; field `api_port` is `JUSTBOOKIT_API_PORT` outside."""

    home: str = ".justbookit"
    """Folder of everything a local run writes: data, logs, feeds, the lake."""

    servers: str = "postgres,kafka,opensearch"
    """Which servers are started here as child processes; the others are somewhere else."""

    postgres: str = "postgresql://justbookit@127.0.0.1:15432/justbookit"
    kafka: str = "127.0.0.1:19092"
    opensearch: str = "http://127.0.0.1:9211"

    listen_above: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    """How many ports above its address a server started here listens: something is in between."""

    api_host: str = "127.0.0.1"
    api_port: Port = 8000
    api_workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    push_host: str = "127.0.0.1"
    push_port: Port = 8010
    """Where theatre systems push single facts and batches, signed."""

    secret: str = "local-secret-change-me-0123456789abcdef"  # noqa: S105 - refused in public
    """Signs sandbox payments and session cookies; a public server refuses this default."""

    hold_seconds: Annotated[int, msgspec.Meta(ge=1, le=1200)] = 480
    answer_seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 8.0
    """How long a request waits for the writer's answer: longer than a takeover."""

    batch_max: Annotated[int, msgspec.Meta(ge=1, le=10000)] = 1000
    batch_linger_ms: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 20
    seat_workers: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1
    partitions: Annotated[int, msgspec.Meta(ge=1, le=96)] = 4
    """Of `seat-commands`, `theatre-facts` and `seat-events`; fixed once topics exist."""

    seat_memory_mb: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 512
    """What the shows that one seat writer has at hand may weigh; others are in Postgres."""

    sink_seconds: Annotated[float, msgspec.Meta(gt=0, le=600)] = 2.0
    """How long the warehouse sink gathers before it writes a file."""

    payers: str = ""
    """Our accounts that theatres are paid from, for each currency `CURRENCY ACCOUNT BIC NAME`."""

    archive_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = 90
    """When all shows of a month's bookings ended so many days ago, they leave for the lake."""

    java: str = ""
    """A Java home (21 or newer) to use instead of the bundled one."""
    pg_bin: str = ""
    """A folder with PostgreSQL's binaries (18) to use instead of the bundled ones."""
    kafka_heap_mb: Annotated[int, msgspec.Meta(ge=128, le=65536)] = 512
    opensearch_heap_mb: Annotated[int, msgspec.Meta(ge=256, le=65536)] = 512

    rehearsal: str = ""
    """A folder of switches for rehearsing disasters; refused unless Postgres is on this machine."""

    log_level: str = "INFO"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Take our knobs from `environment`.

        Raises ValueError for a name that starts with JUSTBOOKIT_ and is no setting, and for
        a value outside its bounds; the message names the setting.
        """
        ours = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in environment.items()
            if name.startswith(PREFIX)
        }
        if unknown := ours.keys() - set(cls.__struct_fields__):
            names = ", ".join(sorted(f"{PREFIX}{name.upper()}" for name in unknown))
            raise ValueError(f"no such setting: {names}; .env.example lists them all")
        try:
            return msgspec.convert(ours, cls, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(f"a {PREFIX}* setting is out of bounds: {error}") from error

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a child process."""
        return {
            f"{PREFIX}{name.upper()}": str(getattr(self, name)) for name in self.__struct_fields__
        }
