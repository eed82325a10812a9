"""Work that is done in rounds and gives way to those who sell."""

RESTS = 3
"""So many times as long as a round took it rests: then it has a quarter of the time at most."""


def next_round(began: float, ended: float, *, every: float, rest_max: float) -> float:
    """When the next round may begin, by the clock of `began` and `ended`, in seconds.

    That is `every` seconds after the last one began, or later when that one took long: what keeps
    up with sales must not slow them down when there are most of them. It rests for `rest_max`
    seconds at most, and has the more to do at once.
    """
    return max(began + every, ended + min(RESTS * (ended - began), rest_max))
