"""Every knob, read from a mapping and from nowhere else."""

import pytest

from justbookit.settings import Settings


def test_a_knob_is_taken_from_its_name():
    settings = Settings.read({"JUSTBOOKIT_API_PORT": "8123", "PATH": "/bin"})

    assert settings.api_port == 8123


def test_a_misspelt_knob_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="JUSTBOOKIT_API_PROT"):
        Settings.read({"JUSTBOOKIT_API_PROT": "8123"})


@pytest.mark.parametrize("value", ["0", "70000", "x", "-1"])
def test_a_knob_out_of_bounds_is_an_error_that_names_it(value):
    with pytest.raises(ValueError, match="api_port"):
        Settings.read({"JUSTBOOKIT_API_PORT": value})


def test_settings_survive_the_way_into_a_child_process():
    settings = Settings.read({"JUSTBOOKIT_HOME": "elsewhere", "JUSTBOOKIT_HOLD_SECONDS": "3"})

    assert Settings.read(settings.environment()) == settings
