"""A server that others can reach needs a secret of its own."""

import msgspec
import pytest

from api.demo import demo_key
from api.server import CannotServe, check
from justbookit.settings import Settings

LOCAL = Settings()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "book.example"])
def test_the_published_secret_is_refused_in_public(host):
    with pytest.raises(CannotServe, match="JUSTBOOKIT_SECRET"):
        check(msgspec.structs.replace(LOCAL, api_host=host))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_the_published_secret_does_on_this_machine(host):
    check(msgspec.structs.replace(LOCAL, api_host=host))


def test_a_secret_of_ones_own_does_anywhere():
    check(msgspec.structs.replace(LOCAL, api_host="0.0.0.0", secret="x" * 40))


def test_a_demo_key_follows_from_the_secret():
    assert demo_key("a", "lumen") == demo_key("a", "lumen")
    assert len({demo_key("a", "lumen"), demo_key("b", "lumen"), demo_key("a", "plaza")}) == 3
