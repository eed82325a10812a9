"""A title is found by its spelling in another script."""

import pytest

from justbookit.sounds import is_latin, key_of, keys_of


def sounds_like(text, title):
    key = key_of(text)
    return bool(key) and any(each.startswith(key) for each in keys_of([title]))


@pytest.mark.parametrize(
    ("title", "texts"),
    [
        pytest.param(
            "मानसून के ख़त",
            ["mansoon ke khat", "monsun ke khatt", "manso", "மான்சூன்", "монсун", "ke khat"],
            id="Devanagari, whole, begun, and from its second word on",
        ),
        pytest.param("चाय और चाँद", ["chai", "chai aur chand", "chaand"], id="short words"),
        pytest.param("मुंबई लोकल", ["mumbai", "munbai lokal"], id="a nasal before b, as one speaks"),
        pytest.param("कागज़ का आसमान", ["kagaz ka aasman", "kagaj ka", "asman"], id="z and j"),
        pytest.param("மழைக்கு முன்", ["mazhaikku mun", "malaikku", "mun"], id="Tamil ழ"),
        pytest.param("கடல் நிலா", ["kadal nila", "katal"], id="Tamil writes d and t alike"),
        pytest.param("கபாலி", ["kabali", "kapali"], id="Tamil writes b and p alike"),
        pytest.param("फूल वाली", ["fool", "phul", "phool vali"], id="f and ph, v and w"),
        pytest.param("قمر الليل", ["qamar al layl", "kamar"], id="q and k"),
        pytest.param("Max Tower", ["मैक्स टावर"], id="x is k and s"),
        pytest.param("Paris Cinema", ["पेरिस सिनेमा"], id="c before e and i is s"),
        pytest.param("Slow Boat", ["स्लो बोट"], id="w at the end is not spoken"),
        pytest.param("সল্ট রোড", ["salt road"], id="Bengali"),
        pytest.param("సాల్ట్ రోడ్", ["salt road"], id="Telugu"),
        pytest.param("ਚੰਡੀਗੜ੍ਹ", ["chandigarh"], id="Gurmukhi, whose nasal is a sign above"),
        pytest.param("ブリキの心", ["buriki", "buriki no"], id="kana, up to where Han begins"),
        pytest.param("حارس النهر", ["haris al nahr", "haris alnahr"], id="Arabic, article or not"),
        pytest.param("影カラス", ["karasu"], id="kana behind Han is a word of its own"),
        pytest.param("Снег идёт вверх", ["sneg idyot", "sneg idet vverh"], id="Cyrillic"),
        pytest.param("Θάλασσα", ["thalassa", "talasa"], id="Greek"),
        pytest.param("Quiet Machines", ["क्वाइट मशीन्स", "क्वाइट"], id="Latin in Devanagari"),
        pytest.param("Salt Road", ["சால்ட் ரோடு", "солт роуд", "σαλτ"], id="Latin in three others"),
        pytest.param("L'Été", ["लेते"], id="Latin with marks and an apostrophe"),
    ],
)
def test_a_title_sounds_like(title, texts):
    assert [text for text in texts if not sounds_like(text, title)] == []


@pytest.mark.parametrize(
    ("title", "text"),
    [
        pytest.param("मानसून के ख़त", "khat mansoon", id="the words the other way round"),
        pytest.param("मानसून के ख़त", "monsoon letters", id="a translation"),
        pytest.param("மழைக்கு முன்", "mu", id="a short word is not begun"),
        pytest.param("दीप", "the", id="a short word is told by its vowels and by d from t"),
        pytest.param("A Lamp", "अ", id="one letter says nothing"),
        pytest.param("दीप", "!?", id="no letters say nothing"),
        pytest.param("!?", "lamp", id="a title without letters"),
    ],
)
def test_a_title_does_not_sound_like(title, text):
    assert not sounds_like(text, title)


@pytest.mark.parametrize(
    ("text", "latin"),
    [("L'Été 9 - ß!", True), ("Salt Дом", False), ("दीप", False), ("9", True)],
)
def test_latin_has_all_its_letters_latin(text, latin):
    assert is_latin(text) is latin


def test_keys_are_plain_letters_and_each_is_there_once():
    keys = keys_of(["मानसून के ख़त", "मानसून के ख़त", "Ελ*?", '"{}'])

    assert len(keys) == len(set(keys))
    assert all(key.strip("=").isalnum() and key.isascii() for key in keys)
