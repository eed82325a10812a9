"""The archive: everything that happened goes into the lake, and from there to the bookkeepers.

Read the modules in this order:

    record      a message as it is filed        spool       a batch on its way, most of it as lines
    manifest    which files the lake holds      batch_table the batch as a table of DuckDB
    lake        Parquet, through DuckDB         duck        DuckDB, within bounds
    consumer    Kafka in, offsets last          batches     what Kafka sends, opened as wholes
    sink        the loop: gather, write, commit
    publish     lake to Postgres schema `raw`   build       publish, then dbt
    dump        messages from files instead     completeness is everything there?
    settling    who is owed what, and paid      reports     pages for finance and operations
    marts       the books copied back to the lake   amounts   money as it is written
    ask         an analyst's read-only SQL      show        how its answers are printed

The Parquet files are the record; Postgres schema `raw` and all that dbt makes of it can be made
anew from them at any time.
"""
