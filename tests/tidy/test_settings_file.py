""".env.example lists every setting with its default, and nothing else."""

import re
from pathlib import Path

from justbookit.settings import PREFIX, Settings
from stack.environment import parse_dotenv

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()


def test_every_setting_is_listed_with_its_default():
    offered = parse_dotenv(re.sub(rf"(?m)^#(?={PREFIX})", "", EXAMPLE))

    assert offered == Settings().environment()


def test_a_copy_changes_nothing():
    assert parse_dotenv(EXAMPLE) == {}


def test_what_is_offered_can_be_read():
    offered = parse_dotenv(re.sub(rf"(?m)^#(?={PREFIX})", "", EXAMPLE))

    assert Settings.read(offered) == Settings()
