"""A push's body → lines: one fact, or a list of them under `facts`. Pure."""

from collections.abc import Iterator

import msgspec

from connectors.feeds.line import Kind, Line, Unreadable, readable


class NoBatch(ValueError):
    """The body as a whole is no push."""


def read(body: bytes) -> list[Line | Unreadable]:
    """The facts of a push, each with its place in it from 1 as its line number.

    Raises NoBatch when there is nothing that could be taken or refused one by one.
    """
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoBatch(f"the body is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise NoBatch('needs an object: a fact with its "kind", or {"facts": […]}')
    if "facts" not in said:
        return list(_lines([said]))
    facts = said["facts"]
    if not isinstance(facts, list) or not facts:
        raise NoBatch('"facts" needs a list with at least one fact')
    if others := sorted(said.keys() - {"facts"}):
        raise NoBatch(f'nothing may stand beside "facts", there is {readable(others[0])!r}')
    return list(_lines(facts))


def in_order(lines: list[Line | Unreadable]) -> list[Line | Unreadable]:
    """What others are about first, as with files; otherwise as they were pushed."""
    return sorted(lines, key=lambda line: line.kind.rank if isinstance(line, Line) else -1)


def _lines(facts: list[object]) -> Iterator[Line | Unreadable]:
    for index, fact in enumerate(facts):
        raw = readable(msgspec.json.encode(fact).decode())
        number = index + 1
        if not isinstance(fact, dict):
            yield Unreadable(line=number, field="", reason="needs an object with fields", raw=raw)
            continue
        try:
            kind = Kind(fact["kind"])
        except KeyError:
            yield Unreadable(line=number, field="kind", reason="is missing", raw=raw)
        except ValueError:
            reason = f"needs one of {', '.join(Kind)}, not {fact['kind']!r:.40}"
            yield Unreadable(line=number, field="kind", reason=readable(reason), raw=raw)
        else:
            record = {name: value for name, value in fact.items() if name != "kind"}
            yield Line(kind=kind, index=index, number=number, record=record, raw=raw)
