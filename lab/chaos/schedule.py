"""Which fault comes when: drawn from a seed, spaced so that each has time to bite."""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from random import Random

import msgspec

SLOT_SECONDS = 15.0
"""Of a fault that changes who decides: the session of a dead writer ends after 6 s."""
SIDE_AFTER = 0.6
"""Of that time has passed when one comes that the writers need not notice."""
FIRST_SECONDS = 5.0


class Fault(StrEnum):
    """What is done, to which process."""

    SEATS_KILL = "seats-kill"
    SEATS_TERM = "seats-term"
    SEATS_STOP = "seats-stop"
    KAFKA_KILL = "kafka-kill"
    POSTGRES_KILL = "postgres-kill"
    API_KILL = "api-kill"
    API_TERM = "api-term"
    SEARCH_KILL = "search-kill"
    CATALOGUE_KILL = "catalogue-kill"
    OPENSEARCH_KILL = "opensearch-kill"
    DUPLICATES = "duplicates"
    SEATS_RIVAL = "seats-rival"
    SEATS_CLOCK = "seats-clock"
    SEATS_KAFKA_CUT = "seats-kafka-cut"
    SEATS_POSTGRES_CUT = "seats-postgres-cut"
    API_KAFKA_CUT = "api-kafka-cut"
    API_POSTGRES_CUT = "api-postgres-cut"
    SEARCH_OPENSEARCH_CUT = "search-opensearch-cut"

    @property
    def target(self) -> str:
        return self.value.partition("-")[0]


CUTS = tuple(fault for fault in Fault if fault.value.endswith("-cut"))
"""Of the connections of a process to a server; only through proxies."""
ENDING = tuple(fault for fault in Fault if fault.value.endswith(("-kill", "-term")))
"""Those after which another process has to be there."""
WRITERS = tuple(fault for fault in Fault if fault.target == "seats")
TAKING = (Fault.SEATS_KILL, Fault.SEATS_TERM, Fault.SEATS_STOP, Fault.SEATS_RIVAL)
"""Those that make somebody take partitions over."""
MAIN = (*WRITERS, Fault.KAFKA_KILL, Fault.POSTGRES_KILL)
"""Those that take the seat writers or what they cannot do without."""


class Planned(msgspec.Struct, frozen=True):
    """A fault, so many seconds after the beginning."""

    at: float
    fault: Fault


def plan(
    seed: int, seconds: float, wanted: Collection[Fault], every: float = SLOT_SECONDS
) -> list[Planned]:
    """Every fault of a run that lasts so long; the same for the same arguments."""
    dice = Random(seed)
    main = _deck(dice, [fault for fault in MAIN if fault in wanted])
    side = _deck(dice, [fault for fault in Fault if fault in wanted and fault not in MAIN])
    planned: list[Planned] = []
    begin = FIRST_SECONDS
    while begin < seconds - FIRST_SECONDS:
        planned += [Planned(begin, fault) for fault in (next(main, None),) if fault is not None]
        aside = begin + SIDE_AFTER * every
        if aside < seconds - FIRST_SECONDS:
            planned += [Planned(aside, fault) for fault in (next(side, None),) if fault is not None]
        begin += every
    return planned


def _deck(dice: Random, faults: Sequence[Fault]) -> Iterator[Fault]:
    """All of them in some order, then all of them in another."""
    while faults:
        yield from dice.sample(faults, len(faults))
