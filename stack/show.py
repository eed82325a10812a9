"""Tables for people: processes, findings and topics."""

from collections.abc import Iterable

import psutil
from rich.table import Table

from justbookit.topics import FOREVER
from stack.doctor import Finding
from stack.run_state import RunState
from stack.topics import TopicReport

COLOURS = {"ok": "green", "warning": "yellow", "trouble": "red"}


def processes(run: RunState) -> Table:
    """What runs, since when, and what it takes."""
    table = Table("process", "state", "pid", "deaths", "memory", "CPU seconds")
    for name, process in run.processes.items():
        memory = seconds = ""
        if process.pid is not None and psutil.pid_exists(process.pid):
            family = [psutil.Process(process.pid)]
            family += family[0].children(recursive=True)
            memory = f"{sum(one.memory_info().rss for one in family) // 1024**2} MB"
            seconds = f"{sum(sum(one.cpu_times()[:2]) for one in family):.0f}"
        pid = "" if process.pid is None else str(process.pid)
        table.add_row(name, process.state, pid, str(process.deaths), memory, seconds)
    return table


def findings(found: Iterable[Finding]) -> Table:
    """What the doctor saw."""
    table = Table("", "what", "found", "what to do")
    for one in found:
        table.add_row(f"[{COLOURS[one.verdict]}]{one.verdict}[/]", one.what, one.found, one.cure)
    return table


def topics(reports: Iterable[TopicReport]) -> Table:
    """Every topic and its state."""
    table = Table("topic", "partitions", "key", "kept", "written by", "state")
    for report in reports:
        topic = report.topic
        days = topic.retention_ms // (24 * 60 * 60 * 1000)
        table.add_row(
            topic.name,
            str(report.partitions),
            topic.key,
            "for ever" if topic.retention_ms == FOREVER else f"{days} days",
            ", ".join(topic.writers),
            "[red]" + "; ".join(report.differences) + "[/]" if report.differences else "ok",
        )
    return table
