"""How much and how fast, against a running stack with everything on one machine.

    figures   percentiles, what a run reports, the table and the file
    ground    venues, halls and shows of the benchmark's own, put on through a feed
    http      a client so light that it measures the server and not itself
    customers people who log in, hold, pay and confirm, again and again
    seats     commands in Kafka → committed and published
    row_locks, pooled, bare_postgres, comparison
              the same bookings without us: row locks, through psycopg and through pgbench
    booking   hold and confirm over HTTP: flat out, and at a given rate
    browse    what is on, read flat out while bookings change it; searches; how soon a hold is seen
    readers, questions, searching, relevance, changing, visible
              its cheap readers, what they ask, the same searches asked of OpenSearch, whether they
              find what was meant, the bookings beside it, and whoever looks for what was booked
    live      how soon who looks at seats is told, with very many looking
    lag       an event → found by a search
    expiry    a hold has run out → its seats are free again
    memory    what the seat writer weighs with very many open shows, and how fast a cold one is
    warehouse a month → lake, books, settlement, reconciliation; on data of its own
    warehouse_month, warehouse_files   that month: what we saw of it, and what others did
    warehouse_sink, warehouse_memory   its first messages, from a Kafka of the benchmark's own;
              what the commands hold of memory

A benchmark sees to it that what it measured was done, and done right; otherwise it fails.
"""
