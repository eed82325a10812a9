"""Many customers, few seats, and a stack that is being broken; then everybody's story is checked.

    ops          one request and its answer, as they are written down
    asking       sends requests until their answer is known, and writes every one of them down
    halls        small halls and shows of our own, a new show for each that is worn out
    crowd        customers and a theatre who want the same seats
    visits       what a customer does, from the seat map to the ticket
    exchanging   a paid booking for seats of another show
    standing     on the waiting list
    askers       how they ask: until it is known, at once, again, otherwise
    schedule     which fault comes when, from a seed
    processes    the stack's processes, as its own notes name them, and a second seat writer of ours
    faults       does what is planned, and sees whether anything broke
    blows        how each fault is done
    records      one fault as it was done
    duplicates   delivers commands again, out of order
    proxy        stands between processes and servers, in a process of its own
    cuts         tells it whom to cut off
    history      the file of all requests, read again a part at a time
    past         the log of a show → who had which seat from when to when
    wishes       many requests → the wishes behind them
    checks       holds what was answered against the log
    findings     what is promised, and where a promise was broken
    coverage     what kinds of things happened: nothing contended proves nothing
    report       what was done, what was broken, what was checked
    run          goes through all of it

    nets         takes away what keeps a seat from being sold twice, one net after the other
    rivals       two writers on every partition
    stories      what is asked of them
    nets_judged  what became of it
    takeovers    how long a partition is without a writer
    nets_report  both as tables
    command      `justbookit chaos`

`ops`, `schedule`, `past`, `wishes`, `checks`, `findings` and `coverage` are pure.
"""
