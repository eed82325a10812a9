"""Many customers, few seats, and a stack that is being broken; then everybody's story is checked.

    ops        one request and its answer, as they are written down
    asking     sends requests, again and again until the answer is known, and writes all of it down
    halls      small halls and shows of our own, a new show for each that is worn out
    crowd      customers and a theatre who want the same seats
    schedule   which fault comes when, from a seed
    processes  the stack's processes, as its own notes name them, and a second seat writer of ours
    faults     breaks things, and sees whether anything broke
    duplicates delivers commands again, out of order
    past       the log of a show → who had which seat from when to when
    wishes     many requests → the wishes behind them
    checks     holds what was answered against the log
    findings   what is promised, and where a promise was broken
    coverage   what kinds of things happened: nothing contended proves nothing
    report     what was done, what was broken, what was checked
    run        goes through all of it

`ops`, `schedule`, `past`, `wishes`, `checks`, `findings` and `coverage` are pure.
"""
