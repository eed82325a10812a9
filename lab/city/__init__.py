"""The sample city: feeds of three fictional cinema chains and of the platform, from a seed.

    places      cities, venues, theatres
    halls       shapes of halls → rows of seats
    movies      what is on
    showings    who shows what when, and what it costs
    counter     what theatres keep, sell and take back at their own counters
    feeds       all of it as files of the feed format
    __main__    python -m lab.city --out DIR

Everything follows from the seed and the day: a theatre's Tuesday is the same whether the week
begins on Monday or on Tuesday, so that a week loaded a day later fits over the one before.
"""
