"""The archive: everything that happened goes into the lake, and from there to the bookkeepers.

Read the modules in this order:

    record      a message as it is filed        manifest    which files the lake consists of
    lake        Parquet, through DuckDB         consumer    Kafka in, offsets committed last
    sink        the loop: gather, write, commit
    publish     lake to Postgres schema `raw`   build       publish, then dbt
    dump        messages from files instead     completeness is everything there?
    settling    who is owed what, and paid      reports     pages for finance and operations
    marts       the books copied back to the lake   amounts   money as it is written
    ask         an analyst's read-only SQL      show        how its answers are printed

The Parquet files are the record; Postgres schema `raw` and all that dbt makes of it can be made
anew from them at any time.
"""
