"""The cinema that the API's tests play in, on the run's one stack."""

import socket
from collections.abc import Iterator

import msgspec
import pytest

from justbookit.settings import Settings
from tests.playhouse import Playhouse


@pytest.fixture(scope="session")
def house(stack: Settings) -> Iterator[Playhouse]:
    """A cinema with two organizers."""
    with Playhouse(stack) as made:
        yield made


@pytest.fixture
def own(stack):
    """Settings with a port of our own, on the stack's servers, with two workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return msgspec.structs.replace(stack, api_port=port, api_workers=2)
