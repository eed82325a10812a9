"""What was done, what was broken and what was checked: tables for people."""

from collections import Counter
from collections.abc import Sequence

import msgspec
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from lab.chaos.findings import Findings, Promise
from lab.chaos.history import Tally
from lab.chaos.ops import Outcome
from lab.chaos.records import Record
from lab.verify.audit import Audit, Check

SHOWN_MAX = 100


class Report(msgspec.Struct, kw_only=True):
    """One run."""

    seed: int
    seconds: float
    tally: Tally
    happened: Counter[str]
    missing: Sequence[str]
    faults: Sequence[Record]
    findings: Findings
    audit: Audit
    history: str

    @property
    def is_sound(self) -> bool:
        """Whether nothing was wrong, and enough happened for that to mean something."""
        return not self.findings.found and self.audit.is_clean and not self.missing


def show(report: Report, console: Console) -> None:
    """Print all of it."""
    for table in (_operations(report), _happened(report), _faults(report), _checks(report)):
        console.print(table)
    for record in report.faults:
        at = record.t_begin - report.tally.began_at
        console.print(f"{at:6.1f} s  {record.fault:<16} {record.target:<12} {record.evidence}")
    wrong = [*report.findings.violations, *map(str, report.audit.faults)]
    for line in wrong[:SHOWN_MAX]:
        console.print(f"[red]{escape(line)}[/]")
    for name, count in report.findings.unknown.items():
        console.print(f"not judged: {count:,} {name}, a kind of event that is not known here")
    for name in report.missing:
        console.print(f"[bold red]vacuous:[/] none of “{name}”")
    violations = report.findings.found.total() + report.audit.found.total()
    checks = report.findings.looked_at.total() + report.audit.looked_at.total()
    done = sum(record.effective for record in report.faults)
    verdict = "[bold green]Sound[/]" if report.is_sound else "[bold red]Not sound[/]"
    console.print(
        f"{verdict}: {report.tally.operations:,} operations in {report.seconds:.0f} s,"
        f" {done} faults that bit, {checks:,} checks, {violations:,} violations, seed {report.seed}"
    )
    console.print(f"history: {report.history}")


def _operations(report: Report) -> RenderableType:
    table = _table("requests", *Outcome, "all")
    counts = report.tally.counts
    for kind in dict.fromkeys(kind for kind, _ in counts):
        row = [counts[kind, outcome] for outcome in Outcome]
        table.add_row(kind.value, *(f"{count:,}" for count in (*row, sum(row))))
    for status, count in sorted(report.tally.statuses.items()):
        if status >= 500 or status == 0:
            name = f"answered {status}" if status else "no answer, connection lost"
            table.add_row(name, "", "", f"{count:,}", "")
    return table


def _happened(report: Report) -> RenderableType:
    table = _table("what happened", "times")
    for name, count in sorted(report.happened.items()):
        table.add_row(name, f"{count:,}")
    return table


def _faults(report: Report) -> RenderableType:
    table = _table("fault", "bit", "did not", "left out", "calm after, s")
    for fault in dict.fromkeys(record.fault for record in report.faults):
        records = [record for record in report.faults if record.fault is fault]
        done = [record for record in records if record.done]
        bit = sum(record.effective for record in done)
        worst = max((record.t_end - record.t_begin for record in done), default=0.0)
        numbers = (bit, len(done) - bit, len(records) - len(done))
        table.add_row(fault.value, *map(str, numbers), f"≤ {worst:.1f}")
    return table


def _checks(report: Report) -> RenderableType:
    table = _table("checked", "times", "violations")
    for promise in Promise:
        looked_at, found = report.findings.looked_at[promise], report.findings.found[promise]
        table.add_row(promise.value, f"{looked_at:,}", f"[bold red]{found}[/]" if found else "0")
    table.add_section()
    for check in Check:
        looked_at, found = report.audit.looked_at[check], report.audit.found[check]
        table.add_row(check.value, f"{looked_at:,}", f"[bold red]{found}[/]" if found else "0")
    return table


def _table(*headers: str) -> Table:
    table = Table(*headers, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    return table
