"""The watched folder: what is taken, what is left alone, and where files go."""

import pytest

from connectors.folder import SETTLE_PATIENCE_SECONDS, Folder, FolderTaken


@pytest.fixture
def folder(tmp_path):
    with Folder(tmp_path) as watched:
        yield watched


@pytest.fixture
def put(folder):
    def put(source, name, text="x"):
        path = folder.inbox / source / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return put


def names(claims):
    return [(claim.source, claim.file) for claim in claims]


def test_a_file_is_taken_once_it_looks_the_same_twice(folder, put):
    path = put("sterling", "shows.csv")

    assert folder.claim(0) == []
    (claim,) = folder.claim(1)

    assert (claim.source, claim.file) == ("sterling", "shows.csv")
    assert claim.path.read_text() == "x"
    assert not path.exists()
    assert folder.claim(2) == []


def test_a_file_that_grows_is_not_taken(folder, put):
    put("sterling", "shows.csv", "id")
    folder.claim(0)
    put("sterling", "shows.csv", "id,theatre")

    assert folder.claim(1) == []
    assert names(folder.claim(2)) == [("sterling", "shows.csv")]


def test_files_wait_for_what_still_grows_beside_them_but_not_for_ever(folder, put):
    put("sterling", "shows.csv")
    for second in range(int(SETTLE_PATIENCE_SECONDS)):
        put("plaza", "movies.json", "[" * second)
        assert folder.claim(second) == []

    put("plaza", "movies.json", "and more")

    assert names(folder.claim(SETTLE_PATIENCE_SECONDS)) == [("sterling", "shows.csv")]


@pytest.mark.parametrize("name", ["shows.csv.part", ".shows.csv"])
def test_names_of_files_being_written_are_left_alone(folder, put, name):
    path = put("sterling", name)

    assert folder.claim(0) == folder.claim(1) == []
    assert path.exists()


def test_links_and_folders_of_no_source_are_left_alone(folder, put, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("do not read")
    (folder.inbox / "sterling").mkdir()
    (folder.inbox / "sterling" / "shows.csv").symlink_to(secret)
    (folder.inbox / "sterling" / "movies.csv").mkdir()
    put("Not.A.Source", "shows.csv")
    (folder.inbox / "shows.csv").write_text("nobody's")

    assert folder.claim(0) == folder.claim(1) == []


def test_a_later_file_of_the_same_name_is_a_delivery_of_its_own(folder, put):
    put("sterling", "shows.csv", "first")
    folder.claim(0)
    (first,) = folder.claim(1)
    put("sterling", "shows.csv", "second")
    folder.claim(2)
    (second,) = folder.claim(3)

    assert first.delivery != second.delivery
    assert (first.path.read_text(), second.path.read_text()) == ("first", "second")
    assert first.order < second.order


def test_what_was_claimed_is_found_again_and_ends_under_done(folder, put, tmp_path):
    put("sterling", "shows~1.csv")
    folder.claim(0)
    claims = folder.claim(1)

    assert folder.claimed() == claims
    folder.finish(claims[0])

    assert folder.claimed() == []
    (done,) = (tmp_path / "feeds" / "done" / "sterling").iterdir()
    assert done.name == f"{claims[0].delivery}~shows~1.csv"


def test_what_others_are_about_comes_first(folder, put):
    for name in ("shows.csv", "counter-sales.csv", "what.txt", "venues.csv", "movies.json"):
        put("sterling", name)
    folder.claim(0)

    claims = sorted(folder.claim(1), key=lambda claim: claim.order)

    assert [claim.file for claim in claims] == [
        "venues.csv",
        "movies.json",
        "shows.csv",
        "counter-sales.csv",
        "what.txt",
    ]


@pytest.mark.usefixtures("folder")
def test_two_watchers_of_one_folder_are_one_too_many(tmp_path):
    with pytest.raises(FolderTaken), Folder(tmp_path):
        pass
