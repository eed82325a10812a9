# %% [markdown]
# # What the numbers say
#
# A notebook in plain Python: each `# %%` begins a cell, for editors and Jupyter (with jupytext)
# that know the mark; `python docs/how-to/notebook.py` runs it from top to bottom. It asks what
# `justbookit sql` asks, by the same read-only connection: the lake's messages and the marts that
# `justbookit build` and `justbookit reports` copied there. Set `JUSTBOOKIT_HOME` to another lake.

# %%
import os
from pathlib import Path

from justbookit.settings import Settings
from warehouse.ask import Answer, Desk
from warehouse.lake import folder_of
from warehouse.metrics import METRICS, question
from warehouse.reporting.charts import Chart, specification

settings = Settings.read(os.environ)
desk = Desk(folder_of(settings))


def ask(statement: str) -> Answer:
    """An answer of at most a thousand rows, within half a minute."""
    return desk.ask(statement, rows_max=1000, seconds_max=30)


def show(title: str, found: Answer) -> None:
    """A small table."""
    print(f"\n{title}")
    print("  ".join(found.columns))
    for row in found.rows:
        print("  ".join(str(value) for value in row))


# %% [markdown]
# ## What there is to ask

# %%
show("Tables", desk.tables())
for metric in METRICS.values():
    print(f"{metric.name} ({metric.unit}): {metric.says}")

# %% [markdown]
# ## From looking to a ticket
#
# Metrics are asked by name, by whatever columns their mart has; nobody writes their SQL again.

# %%
funnel = ask(
    question(["views", "holds", "paid", "hold_rate", "conversion"], ["city_id"], mart="show_funnel")
)
show("The funnel, by city", funnel)

# %% [markdown]
# ## How full, day by day

# %%
occupancy = ask(question(["tickets", "occupancy"], ["show_date", "city_id"]))
show("Occupancy, by day and city", occupancy)

# %% [markdown]
# ## Is it more than chance?
#
# Two variants differ when they are further apart than about twice the errors of both together.
# `a-a` treats nobody differently: where it says otherwise, so would chance.

# %%
tried = ask(
    question(
        ["holds", "conversion", "conversion_error"],
        ["experiment_id", "variant"],
        mart="experiment_results",
    )
)
show("Experiments (conversion in basis points)", tried)
by_variant = {row[:2]: row[2:] for row in tried.rows}
for experiment in sorted({name for name, _ in by_variant}):
    control, treated = (by_variant.get((experiment, each)) for each in ("control", "treated"))
    if control and treated and None not in (*control, *treated):
        apart = treated[1] - control[1]
        error = (control[2] ** 2 + treated[2] ** 2) ** 0.5
        print(f"{experiment}: {apart:+} basis points, two errors are {2 * error:.0f}")

# %% [markdown]
# ## SQL is SQL
#
# Everything that ever happened is there as well, message by message.

# %%
show(
    "What happened most",
    ask("SELECT type, count(*) AS messages FROM seat_events GROUP BY 1 ORDER BY 2 DESC LIMIT 5"),
)

# %% [markdown]
# ## A drawing
#
# The report pages' charts, of what was just asked: Vega-Lite, drawn to SVG.

# %%
if occupancy.rows:
    import vl_convert

    chart = Chart(mark="line", along="show_date", measure="occupancy_bps", by="city_id")
    drawing = Path(settings.home) / "occupancy.svg"
    drawn = vl_convert.vegalite_to_svg(specification(chart, occupancy.columns, occupancy.rows))
    drawing.write_text(drawn)
    print(f"\ndrawn to {drawing}")

desk.close()
