"""Everything recomputed from the event log, and every store held against it.

    audit      what is checked, and what was found
    history    the topic → each show's events, once and in order
    witness    the log folded by other code than the writer's
    rules      what each event must keep to; a theatre's own in `theatre_side`,
               changes of paid bookings in `changes`
    exchanges  what goes from one show to another, and both shows held together
    rows       what Postgres and OpenSearch say of a show
    programme  the catalogue
    judging    one partition, all of the above

These are pure. The rest reads: `stores` and `topics` fetch, `moment` waits until nothing moves,
`run` goes through it all and `report` prints.
"""
