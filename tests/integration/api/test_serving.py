"""A server of our own beside the stack's: how it starts, and how it stops."""

import asyncio
import os
import signal
import subprocess
import sys

import httpx

START_SECONDS_MAX = 60
LOGINS = 30


def start(settings):
    return subprocess.Popen(
        [sys.executable, "-m", "api", "serve"],
        env={**os.environ, **settings.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_told_to_stop_it_finishes_what_it_has_begun(own):
    process = start(own)
    try:
        async with asyncio.timeout(START_SECONDS_MAX):
            line = await asyncio.to_thread(process.stdout.readline)
        assert line.startswith("ready api")
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{own.api_port}/api/v1", timeout=30
        ) as http:
            # Passwords are checked one after the other, so most of these wait for their turn.
            asked = [
                asyncio.create_task(
                    http.post(
                        "/sessions", json={"email": f"{number}@example.com", "password": "wrong"}
                    )
                )
                for number in range(LOGINS)
            ]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            process.send_signal(signal.SIGTERM)
            answers = await asyncio.gather(*asked)

        assert [answer.status_code for answer in answers] == [401] * LOGINS
        assert await asyncio.to_thread(process.wait, 20) == 0
    finally:
        process.kill()
        process.communicate()


def test_a_port_that_is_taken_is_not_shared(stack):
    process = start(stack)

    _, told = process.communicate(timeout=START_SECONDS_MAX)

    assert process.returncode == 1
    assert f"127.0.0.1:{stack.api_port}" in told
    assert "JUSTBOOKIT_API_PORT" in told


def test_demo_logins_are_the_same_each_time(house):
    command = [sys.executable, "-m", "api", "demo-logins"]

    first, again = (
        subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)
    )

    assert first == again
    assert "customer asha@example.com demo-pass-1" in first.splitlines()
    keys = dict(line.split()[1:] for line in first.splitlines() if line.startswith("organizer"))
    key = keys[f"organizer-one-{house.run}"]
    mine = house.http.get("/theatre/venues", headers={"Authorization": f"Bearer {key}"}).json()
    assert [venue["venue_id"] for venue in mine["items"]] == [f"venue-one-{house.run}"]
