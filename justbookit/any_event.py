"""What every event of a show says."""

from datetime import datetime

import msgspec

from justbookit.ids import CommandId, ShowId


# No message refers to itself, so the collector of cycles need not go through them: a writer makes
# a dozen for each booking, and keeps some of them for as long as the show is on sale.
class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True, gc=False):
    """One fact about one show; `command_id` is what asked for it, None for the timer."""

    show_id: ShowId
    version: int
    at: datetime
    command_id: CommandId | None = None
    fingerprint: str | msgspec.UnsetType = msgspec.UNSET
    """The command's: whoever gets this as the answer to another wish of that name sees it."""
