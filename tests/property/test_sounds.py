"""Whatever somebody writes, it sounds like itself, and nothing of it is query syntax."""

from hypothesis import given
from hypothesis import strategies as st

from justbookit.sounds import key_of, keys_of


@given(st.text(max_size=60))
def test_a_title_sounds_like_itself_unless_it_says_too_little(title):
    key = key_of(title)

    assert not key or any(each.startswith(key) for each in keys_of([title]))


@given(st.text(max_size=60))
def test_a_key_is_ascii_letters_and_digits(text):
    assert all((each.isascii() and each.isalnum()) or each == "=" for each in key_of(text))


@given(st.text("abcdefghijklmnopqrstuvwxyz ", max_size=40))
def test_case_does_not_sound(text):
    assert key_of(text) == key_of(text.upper())
