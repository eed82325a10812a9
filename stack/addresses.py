"""Where the servers are, and whether that is here: host and port out of the three settings."""

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from psycopg.conninfo import conninfo_to_dict

from justbookit.settings import Settings
from stack.errors import CannotStart

SERVERS = ("postgres", "kafka", "opensearch")
LOOPBACK = ("127.0.0.1", "localhost")
OPENSEARCH_PORTS = range(9201, 9300)
"""The runner refuses any other."""


class Address(msgspec.Struct, frozen=True):
    """One place a server listens at."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def started_here(settings: Settings) -> tuple[str, ...]:
    """The servers this machine is to start.

    Raises CannotStart for a name that is no server of ours.
    """
    names = tuple(name.strip() for name in settings.servers.split(",") if name.strip())
    if unknown := set(names) - set(SERVERS):
        raise CannotStart(
            f"JUSTBOOKIT_SERVERS names {', '.join(sorted(unknown))};"
            f" there are only {', '.join(SERVERS)}"
        )
    return names


def postgres_address(settings: Settings) -> Address:
    """Host and port of PostgreSQL."""
    parts = conninfo_to_dict(settings.postgres)
    return Address(str(parts.get("host") or "127.0.0.1"), int(parts.get("port") or 5432))


def kafka_address(settings: Settings) -> Address:
    """Host and port of the first Kafka broker named."""
    host, _, port = settings.kafka.split(",")[0].strip().rpartition(":")
    return Address(host, int(port))


def opensearch_address(settings: Settings) -> Address:
    """Host and port of OpenSearch."""
    parts = urlsplit(settings.opensearch)
    return Address(parts.hostname or "", parts.port or 9200)


def address_of(server: str, settings: Settings) -> Address:
    """Where `server` is. Raises CannotStart when its setting is no address."""
    find = {
        "postgres": postgres_address,
        "kafka": kafka_address,
        "opensearch": opensearch_address,
    }[server]
    try:
        return find(settings)
    except Exception as error:
        name = f"JUSTBOOKIT_{server.upper()}"
        raise CannotStart(f"{name} is no address of a server: {error}") from error


def port_of(server: str, settings: Settings) -> int:
    """The port that `server` listens on when it is started here."""
    return address_of(server, settings).port + settings.listen_above


def ports_to_bind(settings: Settings, wanted: Callable[[str], bool]) -> dict[int, tuple[str, str]]:
    """Every port the wanted processes listen on here: its user, and the setting that moves it.

    Raises CannotStart when a server that is to be started here is said to be elsewhere.
    """
    ports = {}
    for server in filter(wanted, started_here(settings)):
        address = address_of(server, settings)
        setting = f"JUSTBOOKIT_{server.upper()}"
        if address.host not in LOOPBACK:
            raise CannotStart(
                f"{setting} says {address.host}, but a server started here listens on 127.0.0.1"
                f" only; take {server} out of JUSTBOOKIT_SERVERS to use the one over there"
            )
        port = port_of(server, settings)
        if server == "opensearch" and port not in OPENSEARCH_PORTS:
            raise CannotStart(
                f"{setting}: a local OpenSearch takes a port from {OPENSEARCH_PORTS.start}"
                f" to {OPENSEARCH_PORTS.stop - 1}, not {port}"
            )
        ports[port] = (server, setting)
        if server == "kafka":
            ports[controller_port(settings)] = ("kafka's controller", setting)
        if server == "opensearch":
            ports[transport_port(settings)] = ("opensearch's transport", setting)
    if wanted("api"):
        ports[settings.api_port] = ("api", "JUSTBOOKIT_API_PORT")
    if wanted("connectors"):
        ports[settings.push_port] = ("connectors", "JUSTBOOKIT_PUSH_PORT")
    return ports


def controller_port(settings: Settings) -> int:
    """Kafka's own port for its metadata quorum: the one after the broker's."""
    return port_of("kafka", settings) + 1


def transport_port(settings: Settings) -> int:
    """OpenSearch's own port between nodes: a hundred above its HTTP port."""
    return port_of("opensearch", settings) + 100
