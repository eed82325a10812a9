"""Plays the story and prints it; stops at the first step that is not as promised."""

import time

import aiohttp
from rich.console import Console
from rich.markup import escape

from justbookit.settings import Settings
from lab.demo.door import Door, NotAsPromised
from lab.demo.story import Story

REQUEST_SECONDS_MAX = 15.0


async def play(settings: Settings, console: Console) -> bool:
    """Whether every step was as promised."""
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS_MAX)
    began = time.monotonic()
    async with aiohttp.ClientSession(timeout=timeout) as session:
        story = Story(settings, Door(session, settings))
        steps = (
            story.open_theatre,
            story.find_it,
            story.ask_the_price,
            story.contend,
            story.pay,
            story.refuse_a_bad_line,
            story.sell_at_the_counter,
            story.give_back,
            story.keep_the_show,
            story.settle,
        )
        for number, step in enumerate(steps, start=1):
            console.print(f"[bold]{number:2}. {step.__doc__}[/]")
            step_began = time.monotonic()
            try:
                with console.status("looking"):
                    async for seen in step():
                        console.print(f"      {escape(seen)}")
            except NotAsPromised as broken:
                console.print(f"    [bold red]✗ not as promised:[/] {escape(str(broken))}")
                return False
            except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
                console.print(f"    [bold red]✗[/] {escape(repr(error))}")
                return False
            console.print(f"    [green]✓[/] [dim]{time.monotonic() - step_began:.1f} s[/]")
    seconds = time.monotonic() - began
    console.print(f"[bold green]All {len(steps)} steps were as promised[/] ({seconds:.0f} s)")
    return True
