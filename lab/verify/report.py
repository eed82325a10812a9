"""What verify found, on screen: what there is, what was checked, and every difference."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lab.verify.audit import Audit, Check

FAULTS_SHOWN_MAX = 200


def show(audit: Audit, console: Console) -> None:
    """Print all of it."""
    totals = Table("in all", "", box=None, header_style="bold")
    totals.columns[1].justify = "right"
    for name, count in sorted(audit.totals.items()):
        totals.add_row(name, f"{count:,}")
    console.print(totals)
    checks = Table("checked", "times", "differences", header_style="bold")
    for column in checks.columns[1:]:
        column.justify = "right"
    for check in Check:
        found = audit.found[check]
        checks.add_row(
            check.value,
            f"{audit.looked_at[check]:,}",
            f"[bold red]{found:,}[/]" if found else "0",
        )
    console.print(checks)
    for fault in audit.faults[:FAULTS_SHOWN_MAX]:
        console.print(f"[red]{escape(str(fault))}[/]")
    hidden = audit.found.total() - len(audit.faults[:FAULTS_SHOWN_MAX])
    if hidden > 0:
        console.print(f"[red]… and {hidden:,} more[/]")
    if audit.is_clean:
        console.print(f"[bold green]Sound:[/] {audit.looked_at.total():,} checks, no difference")
    else:
        console.print(f"[bold red]{audit.found.total():,} differences[/]")
