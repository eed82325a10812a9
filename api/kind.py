"""What is said of each kind of problem."""

from http import HTTPStatus

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """One kind of problem."""

    status: HTTPStatus
    title: str
    advice: str
