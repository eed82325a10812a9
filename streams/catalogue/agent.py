"""`python -m streams catalogue`: what somebody asked of the catalogue, answered one by one."""

from justbookit.settings import Settings
from justbookit.topics import CATALOGUE_COMMANDS
from streams import app as apps
from streams.catalogue.writer import CatalogueWriter

NAME = "justbookit-catalogue"


def run(settings: Settings) -> None:
    """Work until somebody asks this process to stop."""
    app = apps.make_app(settings, NAME, gather_seconds=settings.batch_linger_ms / 1000)
    writer = CatalogueWriter(app, settings)
    apps.own(app, writer)
    app.agent(app.topic(CATALOGUE_COMMANDS.name), name="answer-catalogue-commands")(
        writer.deliveries.listen
    )
    apps.run(app, settings)
