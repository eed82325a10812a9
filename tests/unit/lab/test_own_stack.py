"""Ports for a stack of our own."""

import pytest

from lab.demo.door import NotAsPromised
from lab.own_stack import free_port


def test_a_port_is_given_once_with_its_neighbours() -> None:
    among = range(30_100, 30_104)

    given = {free_port(among, neighbours=(4,)) for _ in range(4)}

    assert given == set(among)
    with pytest.raises(NotAsPromised, match="no free port from 30100 to 30103"):
        free_port(among)
    with pytest.raises(NotAsPromised):
        free_port(range(30_104, 30_108))
