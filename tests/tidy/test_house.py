"""The house rules of docs/house.md, as tests: what a reviewer would say twice."""

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("justbookit", "connectors", "streams", "warehouse", "api", "stack", "lab")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LINES_MAX = 300
DUMPING_GROUNDS = {"utils", "util", "common", "helpers", "misc", "shared", "base", "lib", "core"}

DOORS = {
    # an app is made in one place; the owners of partitions know what a partition is called
    "faust": {
        "streams.app",
        "streams.fetching",
        "streams.deliveries",
        "streams.*.writer",
        "streams.seats.inbox",
        "streams.seats.logs",
        "streams.seats.tails",
        "streams.search.*",
    },
    "litestar": {"api.**"},
    "duckdb": {"warehouse.duck", "api.bookings.cold", "lab.verify.cold"},
    "opensearchpy": {
        "streams.search.**",
        "api.browse.**",
        "api.health",
        "lab.**",
    },
    "kafka": {"connectors.**", "warehouse.consumer", "warehouse.batches", "stack.**", "lab.**"},
}


def name(path):
    return str(path.relative_to(ROOT)) if isinstance(path, Path) else str(path)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_fits_in_one_sitting(path):
    assert len(path.read_text().splitlines()) <= LINES_MAX


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_dumping_ground(path):
    assert not DUMPING_GROUNDS.intersection((path.stem, *path.relative_to(ROOT).parts[:-1]))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for(path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))

    assert docstring
    assert not docstring.lower().startswith("this module")


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(*PACKAGES, include_external_packages=True)


@pytest.mark.parametrize(("engine", "doors"), DOORS.items(), ids=DOORS)
def test_each_engine_has_few_doors(graph, engine, doors):
    used = graph.find_modules_that_directly_import(engine)

    allowed = {module for door in doors for module in graph.find_matching_modules(door)}
    assert used <= allowed


@pytest.mark.parametrize("package", PACKAGES)
def test_nobody_else_owns_our_names(package):
    assert set(packages_distributions().get(package, ["justbookit"])) == {"justbookit"}


PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CODE = re.compile(r"`([a-z_.][\w./-]*/[\w./*-]*|[A-Z]\w+\.md)`")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_paths_a_page_names_exist(page):
    named = {
        each.rstrip("/") for each in CODE.findall(page.read_text()) if not each.startswith(".just")
    }

    missing = [
        each for each in named if not any(ROOT.glob(each)) and not any(page.parent.glob(each))
    ]
    tops = {*PACKAGES, "docs", "tests", "dbt_project", "benchmarks", ".ci"}
    assert [each for each in missing if each.split("/")[0] in tops] == []


LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_links_of_a_page_lead_somewhere(page):
    assert [
        link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()
    ] == []


TARGET = re.compile(r"`make ([a-z-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_make_targets_a_page_names_exist(page):
    makefile = (ROOT / "Makefile").read_text()

    assert [
        target
        for target in TARGET.findall(page.read_text())
        if not re.search(rf"^{target}:", makefile, re.MULTILINE)
    ] == []
