"""Real Kafka, OpenSearch and PostgreSQL as child processes, and the `justbookit` command.

Read it in this order:

    errors        what can go wrong, as one tree
    environment   settings from the environment and `.env`
    jars, fetch   what the two Java servers run on
    java
    postgres      how each server is prepared, started and asked whether it answers
    kafka
    opensearch
    workers       our own processes
    child, guard  nothing survives its parent, not even after `kill -9`
    process       one child: its log, its readiness, its end
    supervisor    all of them: start, restart, give up, stop
    migrate       the tables        topics    the topics        sample   the sample city
    up            one run from lock to "Ready" to the last process's end
    doctor        what would keep a run from starting, and what to do about it
    cli           the command

The package starts the other shells as processes and imports none of them.
"""
