"""Which facts may go now: a show must be on sale before anybody tells of its seats.

A show reaches its seat writer through the catalogue, a fact about its seats directly, on
another topic: a counter sale right after its show could overtake it and be refused. So a fact
waits here until the seat writer has committed the show's opening, which Postgres shows. A show
that nobody knows although the catalogue has decided everything asked before is no show.
"""

from collections.abc import Callable, Iterable
from enum import Enum

from connectors.feeds.line import Translated, Unreadable
from connectors.store import Standing
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.ids import ShowId


class Verdict(Enum):
    """What is to be done with the facts of a show."""

    GO = "go"
    WAIT = "wait"
    REFUSE = "refuse"


class Gate:
    """Judges batches; remembers for each show it waits for what must be decided first."""

    def __init__(
        self,
        standing: Callable[[Iterable[ShowId]], Standing],
        catalogue_end: Callable[[], int],
    ) -> None:
        self._standing = standing
        self._catalogue_end = catalogue_end
        self._asked_until: dict[ShowId, int] = {}

    def verdicts(self, show_ids: frozenset[ShowId]) -> dict[ShowId, Verdict]:
        standing = self._standing(show_ids)
        found: dict[ShowId, Verdict] = dict.fromkeys(show_ids, Verdict.REFUSE)
        found.update(dict.fromkeys(standing.known, Verdict.GO))
        found.update(dict.fromkeys(standing.opening, Verdict.WAIT))
        unseen = [show_id for show_id, verdict in found.items() if verdict is Verdict.REFUSE]
        if any(show_id not in self._asked_until for show_id in unseen):
            # Whatever may open these shows was asked before this offset. The answer is in
            # what Postgres says from then on, not in what it said a moment ago.
            end = self._catalogue_end()
            for show_id in unseen:
                self._asked_until.setdefault(show_id, end)
                found[show_id] = Verdict.WAIT
        for show_id in unseen:
            if standing.decided < self._asked_until[show_id]:
                found[show_id] = Verdict.WAIT
        for show_id, verdict in found.items():
            if verdict is not Verdict.WAIT:
                self._asked_until.pop(show_id, None)
        return found


def shows_of(items: Iterable[Translated | Unreadable]) -> frozenset[ShowId]:
    """The shows that facts among `items` are about."""
    return frozenset(
        item.command.show_id
        for item in items
        if isinstance(item, Translated) and not isinstance(item.command, CatalogueCommand)
    )


def refuse_unknown(
    items: Iterable[Translated | Unreadable], verdicts: dict[ShowId, Verdict]
) -> list[Translated | Unreadable]:
    """`items` with a complaint for each fact about no show."""
    return [_refused(item) if _is_refused(item, verdicts) else item for item in items]


def _is_refused(item: Translated | Unreadable, verdicts: dict[ShowId, Verdict]) -> bool:
    return any(verdicts.get(show_id) is Verdict.REFUSE for show_id in shows_of([item]))


def _refused(item: Translated | Unreadable) -> Unreadable:
    (show_id,) = shows_of([item])
    return Unreadable(
        line=item.line, field="show", reason=f"there is no show {show_id}", raw=item.raw
    )
