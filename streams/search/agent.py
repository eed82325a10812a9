"""`python -m streams search`: what happened to seats and to the catalogue, as documents."""

import logging

from justbookit.settings import Settings
from justbookit.topics import CATALOGUE_EVENTS, SEAT_EVENTS
from streams import app as apps
from streams.search.indexer import GATHER_SECONDS, Indexer

NAME = "justbookit-search"


def run(settings: Settings) -> None:
    """Work until somebody asks this process to stop."""
    # one line for each request, at thousands a minute
    logging.getLogger("opensearch").setLevel(logging.ERROR)
    app = apps.make_app(settings, NAME, gather_seconds=GATHER_SECONDS)
    indexer = Indexer(app, settings)
    apps.own(app, indexer)
    # Apart, because the two topics have not the same number of partitions.
    for topic in (SEAT_EVENTS, CATALOGUE_EVENTS):
        app.agent(app.topic(topic.name), name=f"index-{topic.name}")(indexer.deliveries.listen)
    apps.run(app, settings)
