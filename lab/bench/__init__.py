"""How much and how fast, against a running stack with everything on one machine.

    figures   percentiles, what a run reports, the table and the file
    ground    venues, halls and shows of the benchmark's own, put on through a feed
    http      a client so light that it measures the server and not itself
    customers people who log in, hold, pay and confirm, again and again
    seats     commands in Kafka → committed and published
    row_locks, pooled, bare_postgres, comparison
              the same bookings without us: row locks, through psycopg and through pgbench
    booking   hold and confirm over HTTP: flat out, and at a given rate
    browse    lists and timings: a hot set, and everything alike
    lag       an event → found by a search
    expiry    a hold has run out → its seats are free again
    memory    what the seat writer weighs with very many open shows, and how fast a cold one is

A benchmark sees to it that what it measured was done, and done right; otherwise it fails.
"""
