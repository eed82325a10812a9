"""Money is whole minor units (paise, cents, yen) with its currency; this is where we round."""

import msgspec


class Money(msgspec.Struct, frozen=True, order=False):
    """`amount` minor units of the ISO 4217 `currency`."""

    amount: int
    currency: str


def share(amount: int, percent: int) -> int:
    """`percent` of `amount`, in minor units, halves to the even neighbour.

    Rounding half to even keeps the sum of many shares unbiased (IEEE 754 calls it
    roundTiesToEven). Raises ValueError when percent is not within 0..100.
    """
    if not 0 <= percent <= 100:  # noqa: PLR2004 - what a percentage is
        raise ValueError(f"{percent} is no percentage")
    whole, rest = divmod(amount * percent, 100)
    if rest > 50 or (rest == 50 and whole % 2):  # noqa: PLR2004 - half of a hundred
        whole += 1
    return whole
