"""The interface describes itself: every operation, with an example that fits, served from here."""

import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from api.app import create_app
from api.description import examples, operations
from justbookit.settings import Settings

API = Path(__file__).parents[3] / "api"
APP = create_app(Settings())
DESCRIPTION = APP.openapi_schema.to_schema()
SCHEMAS = DESCRIPTION["components"]["schemas"]
OUTSIDE = re.compile(r"(?:https?:)?//[a-z0-9]", re.IGNORECASE)


def test_it_is_openapi_3_1():
    assert DESCRIPTION["openapi"].startswith("3.1")


def test_every_operation_has_a_name_of_its_own():
    names = [operation.operation_id for operation in operations(APP.openapi_schema)]

    assert all(re.fullmatch(r"[a-z][A-Za-z]+", name) for name in names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("operation", operations(APP.openapi_schema), ids=lambda o: o.operation_id)
def test_an_operation_is_described_with_an_example(operation):
    described = operation.to_schema()
    bodies = [described.get("requestBody", {"content": {}})]
    bodies += [answer for status, answer in described["responses"].items() if status != "default"]
    named = [
        content["schema"]["$ref"].rpartition("/")[2]
        for body in bodies
        for content in body.get("content", {}).values()
        if "$ref" in content.get("schema", {})
    ]

    assert described["summary"]
    assert described["description"]
    assert described["responses"]["default"]
    assert all(SCHEMAS[name].get("examples") for name in named)


@pytest.mark.parametrize("name", examples())
def test_an_example_fits_its_type(name):
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}

    jsonschema.Draft202012Validator(schema).validate(examples()[name])


@pytest.mark.parametrize(
    "page",
    [
        *sorted((API / "templates").glob("*.html")),
        *sorted((API / "static").glob("*.js")),
        API / "static/site.css",
    ],
    ids=lambda path: path.name,
)
def test_a_page_names_no_host_outside(page):
    assert not OUTSIDE.search(page.read_text())


def test_what_the_docs_page_needs_is_here():
    template = (API / "templates" / "docs.html").read_text()
    vendored = tomllib.loads((API / "static/vendor/VENDOR.toml").read_text())["vendored"]
    version = vendored[0]["version"]

    for path in re.findall(r'(?:href|src)="/static/([^"]+)"', template):
        assert (API / "static" / path.replace("{{ version }}", version)).exists()
    for entry in vendored:
        for file in (*entry["files"], entry["licence_file"]):
            assert (API / "static/vendor" / file).stat().st_size > 0


def test_what_lies_in_vendor_is_named_in_its_list():
    vendored = tomllib.loads((API / "static/vendor/VENDOR.toml").read_text())["vendored"]
    named = {name for entry in vendored for name in (*entry["files"], entry["licence_file"])}

    assert {path.name for path in (API / "static/vendor").iterdir()} == {*named, "VENDOR.toml"}
