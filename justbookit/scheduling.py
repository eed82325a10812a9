"""What may be put on: every command of the catalogue gets its one answer here.

The rules stand in `places` (venues, theatres, layouts), `programme` (movies, shows, offers) and
`relocating` (shows that change their hall).
An organizer may touch only their own; the platform's own staff (`organizer_id` None) may touch
everything. A venue says whose its theatres and shows are; movies and offers belong to whoever
put them first. The answer is an event of the catalogue or, where a show is concerned, what is
asked of the seat writer under the same command id and answered there.

What was last asked for a show is what a new wish is compared with, so of two wishes on their
way the last one wins. A show keeps the terms it was put with: a new layout, other selling
rules, another duration or timezone reach it when it is put again. Only offers reach shows by
themselves.
A show that was closed stays closed; the same screening comes back under a new id.
"""

from datetime import datetime
from typing import assert_never

from justbookit import catalogue_commands as asked
from justbookit import places, programme, relocating
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.schedule import Decision, View


def decide(view: View, command: CatalogueCommand, now: datetime) -> Decision:  # noqa: C901, PLR0911 - one case a wish
    """Answer a command with what happens because of it; `evolve` it before the next one."""
    match command:
        case asked.PutVenue():
            return places.put_venue(view, command, now)
        case asked.RemoveVenue():
            return places.remove_venue(view, command, now)
        case asked.PutTheatre():
            return places.put_theatre(view, command, now)
        case asked.RemoveTheatre():
            return places.remove_theatre(view, command, now)
        case asked.PutMovie():
            return programme.put_movie(view, command, now)
        case asked.RemoveMovie():
            return programme.remove_movie(view, command, now)
        case asked.PutShow():
            return programme.put_show(view, command, now)
        case asked.RemoveShow():
            return programme.remove_show(view, command, now)
        case asked.MoveShow():
            return relocating.move_show(view, command, now)
        case asked.PutOffer():
            return programme.put_offer(view, command, now)
        case asked.RemoveOffer():
            return programme.remove_offer(view, command, now)
        case _:
            assert_never(command)
