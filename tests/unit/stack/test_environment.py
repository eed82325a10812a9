"""Settings as a command sees them, and the addresses in them."""

import msgspec
import pytest

from justbookit.settings import Settings
from stack.addresses import address_of, ports_to_bind, started_here
from stack.environment import parse_dotenv
from stack.errors import CannotStart


def everything(_name):
    return True


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("# a comment\n\n", {}),
        ("A=1\nB=two words", {"A": "1", "B": "two words"}),
        (" export A = 1 ", {"A": "1"}),
        ("A='#1'\nB=\"2\"", {"A": "#1", "B": "2"}),
        ("A=", {"A": ""}),
        ("URL=postgresql://u@h/d?a=b", {"URL": "postgresql://u@h/d?a=b"}),
    ],
)
def test_dotenv(text, values):
    assert parse_dotenv(text) == values


@pytest.mark.parametrize("line", ["JUSTBOOKIT_HOME", "= 3", "two words=3"])
def test_a_line_that_says_nothing_is_refused_with_its_number(line):
    with pytest.raises(ValueError, match="line 2 is not NAME=value"):
        parse_dotenv(f"A=1\n{line}")


@pytest.mark.parametrize(
    ("server", "host", "port"),
    [
        ("postgres", "127.0.0.1", 15432),
        ("kafka", "127.0.0.1", 19092),
        ("opensearch", "127.0.0.1", 9211),
    ],
)
def test_where_the_servers_are(server, host, port):
    address = address_of(server, Settings())

    assert (address.host, address.port) == (host, port)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (Settings(servers="postgres,kafak"), "JUSTBOOKIT_SERVERS names kafak"),
        (Settings(kafka="localhost"), "JUSTBOOKIT_KAFKA is no address"),
        (Settings(kafka="kafka.example.com:9092"), "take kafka out of JUSTBOOKIT_SERVERS"),
        (Settings(opensearch="http://127.0.0.1:9300"), "from 9201 to 9299, not 9300"),
    ],
)
def test_a_server_that_cannot_be_started_here_is_refused(settings, complaint):
    with pytest.raises(CannotStart, match=complaint):
        ports_to_bind(settings, everything)


def test_every_port_is_known_with_the_setting_that_moves_it():
    assert ports_to_bind(Settings(), everything) == {
        15432: ("postgres", "JUSTBOOKIT_POSTGRES"),
        19092: ("kafka", "JUSTBOOKIT_KAFKA"),
        19093: ("kafka's controller", "JUSTBOOKIT_KAFKA"),
        9211: ("opensearch", "JUSTBOOKIT_OPENSEARCH"),
        9311: ("opensearch's transport", "JUSTBOOKIT_OPENSEARCH"),
        8000: ("api", "JUSTBOOKIT_API_PORT"),
        8010: ("connectors", "JUSTBOOKIT_PUSH_PORT"),
    }


def test_a_server_somewhere_else_takes_no_port_here():
    settings = msgspec.structs.replace(Settings(), servers="", kafka="kafka.example.com:9092")

    assert started_here(settings) == ()
    assert set(ports_to_bind(settings, everything)) == {8000, 8010}
