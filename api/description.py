"""What the description shows beside the types: an example of each, who may ask, what goes wrong.

`examples.json` has an example for each type by its name; one story runs through them. A test
holds that every type has one and that it fits.
"""

from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar
from litestar.openapi.spec import (
    OpenAPI,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Reference,
    Schema,
)

from api.problems import PROBLEM_JSON

_LOGIN_OF_TAG = {"Bookings": "session", "Theatres": "apiKey"}
_LOGIN_OF_OPERATION = {"logOut": "session"}
_METHODS = ("get", "put", "post", "delete")


def examples() -> dict[str, Any]:
    made: dict[str, Any] = msgspec.json.decode(
        (Path(__file__).parent / "examples.json").read_bytes()
    )
    return made


def describe(app: Litestar) -> None:
    """Complete the description that Litestar made from the routes' types."""
    schemas = app.openapi_schema.components.schemas if app.openapi_schema.components else None
    assert schemas is not None
    known = examples()
    schemas["Problem"] = _problem_schema()
    for name, schema in schemas.items():
        if isinstance(schema, Schema) and name in known:
            schema.examples = [known[name]]
    for operation in operations(app.openapi_schema):
        login = _LOGIN_OF_OPERATION.get(operation.operation_id or "") or next(
            (_LOGIN_OF_TAG[tag] for tag in operation.tags or () if tag in _LOGIN_OF_TAG), None
        )
        if login is not None:
            operation.security = [{login: []}]
        responses = operation.responses
        assert responses is not None
        # Litestar's own shape of a validation error is not ours.
        responses.pop("400", None)
        responses["default"] = OpenAPIResponse(
            description="A problem (RFC 9457); /problems lists the codes.",
            content={
                PROBLEM_JSON: OpenAPIMediaType(schema=Reference(ref="#/components/schemas/Problem"))
            },
        )


def operations(description: OpenAPI) -> list[Operation]:
    """Every operation that is described."""
    found = []
    for path in (description.paths or {}).values():
        found += [each for method in _METHODS if (each := getattr(path, method)) is not None]
    return found


def _problem_schema() -> Schema:
    text = {"type": "string"}
    texts = {"type": "array", "items": text}
    fault = {"type": "object", "properties": {"pointer": text, "detail": text}}
    properties = {
        "type": text,
        "title": text,
        "status": {"type": "integer"},
        "code": text,
        "detail": text,
        "advice": text,
        "errors": {"type": "array", "items": fault},
        "seat_ids": texts,
        "alternatives": texts,
        "valid": texts,
        "count": {"type": "integer"},
        "command_id": text,
    }
    required = ["type", "title", "status", "code", "detail", "advice"]
    return _schema({"type": "object", "properties": properties, "required": required})


def _schema(plain: dict[str, Any]) -> Schema:
    """A schema from its JSON."""
    made = Schema(type=plain["type"])
    made.properties = {name: _schema(each) for name, each in plain.get("properties", {}).items()}
    made.required = plain.get("required")
    if "items" in plain:
        made.items = _schema(plain["items"])
    return made
