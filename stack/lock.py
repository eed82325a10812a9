"""Keep the locks: `python -m stack.lock` makes them anew, `--check` says whether they are stale.

Checking needs no network: each lock remembers a fingerprint of what it was made from. For the
packages that is their lists in `pyproject.toml`, written in the first line of
`requirements.lock`; for the jars it is jgo's own fingerprint of `jgo.toml`.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from jgo.env import LockFile, compute_spec_hash

from stack.environment import ROOT
from stack.errors import CannotStart
from stack.jars import LOCKS, SERVERS

REQUIREMENTS = ROOT / "requirements.lock"
COMPILE = ("pip", "compile", "--universal", "--generate-hashes", "--group", "dev", "--no-header")


def fingerprint(pyproject: str) -> str:
    """What the lock of the packages depends on, in sixteen digits."""
    project = tomllib.loads(pyproject)
    wanted = {
        "python": project["project"]["requires-python"],
        "dependencies": project["project"]["dependencies"],
        "groups": project["dependency-groups"],
        "uv": project["tool"]["uv"],
    }
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:16]


def stale() -> list[str]:
    """The locks that were not made from what is asked for now."""
    names = []
    if REQUIREMENTS.read_text().partition("\n")[0] != _first_line():
        names.append("requirements.lock")
    for server in SERVERS:
        folder = LOCKS / server
        made_from = LockFile.load(folder / "jgo.lock.toml").spec_hash
        if made_from != compute_spec_hash(folder / "jgo.toml"):
            names.append(str((folder / "jgo.lock.toml").relative_to(ROOT)))
    return names


def make() -> None:
    """Resolve everything anew and write the locks."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise CannotStart("uv is needed to lock the packages: `make lock` brings it")
    subprocess.run(
        [uv, *COMPILE, "pyproject.toml", "-o", REQUIREMENTS.name, "--quiet"], cwd=ROOT, check=True
    )
    packages = REQUIREMENTS.read_text()
    if packages.startswith("# made from"):
        packages = packages.partition("\n")[2]
    REQUIREMENTS.write_text(f"{_first_line()}\n{packages}")
    jgo = Path(sys.executable).with_name("jgo")
    for server in SERVERS:
        subprocess.run([jgo, "--resolver", "python", "lock"], cwd=LOCKS / server, check=True)


def _first_line() -> str:
    return f"# made from pyproject.toml {fingerprint((ROOT / 'pyproject.toml').read_text())}"


def main() -> None:
    """Make the locks, or with `--check` only look at them."""
    if "--check" not in sys.argv[1:]:
        make()
    if names := stale():
        sys.exit(f"stale: {', '.join(names)}; `make lock` makes them anew")
    print("the locks are fresh")


if __name__ == "__main__":
    main()
