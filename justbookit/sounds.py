"""How a text sounds, whatever script it is in: so a title is found by its spelling in another.

Who spells a title in another script follows the ear, and no two ears agree: "mansoon ke khat" and
"monsun ke khatt" are the same मानसून के ख़त. So what is compared is rough: consonants alone, and
those that scripts or people confuse made one. Of so little as two consonants nothing could be
told apart; what is shorter is compared with its vowels, and only as a whole.

A title has several keys, one from each of its words on, and a text has one. A text sounds like a
title when one of the title's keys begins with it.

How characters read is for the library `anyascii` to say. It reads Han as Chinese does: a Japanese
title is found by its reading when that is among its titles.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

from anyascii import anyascii

CONSONANTS_MIN = 3
"""What has fewer is compared with its vowels."""
TEXTS_MAX = 20_000

_Rules: TypeAlias = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*rules: tuple[str, str]) -> _Rules:
    return tuple((re.compile(pattern), becomes) for pattern, becomes in rules)


_LATIN = _rules(("ch", "C"), ("c(?=[eiy])", "s"), ("c", "k"), ("qu", "kv"), ("ow$", "o"))
"""How these are spoken where Latin is written; from other scripts c comes for ch."""
_SPOKEN = _rules(
    ("c", "C"),
    ("zh", "l"),  # how people write the Tamil ழ, which anyascii writes l
    ("ph", "f"),
    ("h", ""),
    ("x", "ks"),
    ("q", "k"),
    ("w", "v"),
    ("m(?=[pbf])", "n"),
    ("ee|[ey]", "i"),
    ("oo|o", "u"),
    ("(?<=.)a", ""),  # Indic scripts do not write it, and few agree where to write it in Latin
)
_ROUGH = _rules(("C", "s"), ("[bf]", "p"), ("d", "t"), ("g", "k"), ("z", "j"), ("[aiu]", ""))
_NASAL_SIGNS = (" ANUSVARA", " CANDRABINDU", " BINDI", " TIPPI")
_TWICE = re.compile(r"(.)\1+")
_HAN = re.compile("([\u3400-\u9fff]+)")
_NOT_SPOKEN = re.compile("[^0-9a-z]")


def keys_of(titles: Iterable[str]) -> tuple[str, ...]:
    """All the keys of some titles, each once."""
    keys: dict[str, None] = {}
    for title in titles:
        words = _spoken_words(title)
        keys.update((_key(words[at:]), None) for at in range(len(words)))
        keys.update((_key([word]), None) for word in words if len(_rough(word)) < CONSONANTS_MIN)
    return tuple(keys)


@lru_cache(maxsize=TEXTS_MAX)
def key_of(text: str) -> str:
    """The key of a text that somebody looks for; empty when it says too little."""
    words = _spoken_words(text)
    return _key(words) if len("".join(words)) > 1 else ""


def is_latin(text: str) -> bool:
    """Whether all its letters are Latin."""
    return all(unicodedata.name(each, "").startswith("LATIN") for each in text if each.isalpha())


def _key(words: list[str]) -> str:
    rough = _rough("".join(words))
    return rough if len(rough) >= CONSONANTS_MIN else f"={''.join(words)}="


def _spoken_words(text: str) -> list[str]:
    """A text's words as they are spoken, with vowels. Han is a word of its own."""
    plain = _HAN.sub(r" \1 ", unicodedata.normalize("NFC", text.casefold()))
    apart = "".join(
        each if unicodedata.category(each)[0] in "LNM" or each in "'\u2019\u02bc" else " "
        for each in plain
    )
    return [spoken for word in apart.split() if (spoken := _spoken(word))]


def _spoken(word: str) -> str:
    read = anyascii("".join("n" if _is_nasal(each) else each for each in word)).lower()
    letters = _NOT_SPOKEN.sub("", read)
    return _apply(_SPOKEN, _apply(_LATIN, letters) if is_latin(word) else letters)


def _is_nasal(character: str) -> bool:
    """Whether it only says that the vowel before it goes through the nose."""
    return unicodedata.name(character, "").endswith(_NASAL_SIGNS)


def _rough(spoken: str) -> str:
    return _apply(_ROUGH, spoken)


def _apply(rules: _Rules, text: str) -> str:
    for pattern, becomes in rules:
        text = pattern.sub(becomes, text)
    return _TWICE.sub(r"\1", text)
