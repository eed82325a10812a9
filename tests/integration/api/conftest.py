"""The cinema that the API's tests play in, on the run's one stack."""

from collections.abc import Iterator

import pytest

from justbookit.settings import Settings
from tests.playhouse import Playhouse


@pytest.fixture(scope="session")
def house(stack: Settings) -> Iterator[Playhouse]:
    """A cinema with two organizers."""
    with Playhouse(stack) as made:
        yield made
