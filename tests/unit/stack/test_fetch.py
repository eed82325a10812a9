"""Two runs that start at once on a new machine fetch the jars one after the other."""

import fcntl
import threading

from stack import fetch, jars


def test_who_comes_while_another_fetches_waits_and_looks_again_at_what_is_missing(
    monkeypatch, tmp_path
):
    looked = threading.Event()

    def damaged(_server):
        looked.set()
        return []

    monkeypatch.setenv("M2_REPO", str(tmp_path / "repository"))
    monkeypatch.setattr(jars, "damaged", damaged)
    fetch.fetch("kafka")
    assert looked.is_set()
    looked.clear()

    with (tmp_path / "repository" / ".justbookit.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        second = threading.Thread(target=fetch.fetch, args=("kafka",))
        second.start()
        assert not looked.wait(0.2)

    assert looked.wait(5)
    second.join(5)
    assert not second.is_alive()
