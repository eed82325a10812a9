"""How many requests a second this client gets answered by the API when there is nothing to do.

The baseline of every figure that goes through HTTP: no booking and no page can be faster.
"""

import asyncio
import time

from lab.bench.figures import NotPlausible
from lab.bench.http import Connections, request

SECONDS = 3.0
PATH = "/livez"
OK = 200


async def bare_requests_per_s(connections: Connections, host: str, clients: int) -> float:
    """Requests for the page that only says that the process answers."""
    asked = request("GET", PATH, host)
    ends = time.perf_counter() + SECONDS
    answered = 0

    async def client() -> None:
        nonlocal answered
        while time.perf_counter() < ends:
            status, _ = await connections.ask(asked)
            if status != OK:
                raise NotPlausible(f"{PATH} was answered {status}")
            answered += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    return answered / SECONDS
