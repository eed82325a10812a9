"""The edges: the only package that speaks other people's formats.

A theatre chain's feed comes in by two doors and one translation:

    feeds       their lines → our commands and facts (pure)
    folder      files put into a watched folder, and where they go from there
    intake      file by file, line by line, from the folder to Kafka
    push        single facts and batches over HTTP, signed
    gate        which shows are on sale already, for facts about them
    producer    kafka-python: everything out, acknowledged by all
    reader      kafka-python: what is on a topic, to its end
    store       how far each file was taken, who may push, what was pushed
    report      what was taken and what was refused, as a table

`docs/feeds.md` is the format, for theatres.
"""
