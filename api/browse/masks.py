"""Sets of shows as the bits of whole numbers: one number for each value that shows have.

What a further filter would leave is then an AND and a count of bits, for thousands of shows in
less than a microsecond; so facets are counted anew for each question and never go out of date.
"""

from collections.abc import Iterable, Iterator

Value = tuple[str, str]
"""What a show has: a field's name, and one of its values."""


class Masks:
    """Which places have which values."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, int]] = {}
        self.everything = 0

    def add(self, place: int, values: Iterable[Value]) -> None:
        bit = 1 << place
        self.everything |= bit
        for field, value in values:
            of_field = self._of.setdefault(field, {})
            of_field[value] = of_field.get(value, 0) | bit

    def take(self, place: int, values: Iterable[Value]) -> None:
        """Take a place out again, with the values it was added with."""
        bit = 1 << place
        self.everything &= ~bit
        for field, value in values:
            of_field = self._of[field]
            left = of_field[value] & ~bit
            if left:
                of_field[value] = left
            else:
                del of_field[value]

    def having(self, field: str, value: str) -> int:
        """The places with this value; 0 when there are none."""
        return self._of.get(field, {}).get(value, 0)

    def values(self, field: str) -> list[str]:
        """Every value that some place has, in order."""
        return sorted(self._of.get(field, ()))

    def counts(self, field: str, among: int) -> list[tuple[str, int]]:
        """How many of the places `among` have each value: most first, none left out but zeros."""
        found = [
            (value, count)
            for value, mask in self._of.get(field, {}).items()
            if (count := (mask & among).bit_count())
        ]
        found.sort(key=lambda each: (-each[1], each[0]))
        return found


def places_in(mask: int) -> Iterator[int]:
    """The places whose bits are set, lowest first."""
    bits = bin(mask)[:1:-1]  # the lowest first, without 0b
    at = bits.find("1")
    while at >= 0:
        yield at
        at = bits.find("1", at + 1)
