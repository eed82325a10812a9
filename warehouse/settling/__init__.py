"""Who is owed what, who said that it may be paid, and what others say of the same money.

    contracts   what was agreed, from when          calendar    on which days banks work
    intake      gateway files, theatres' reports    runs        what a run adds, in SQL
    steps       a run's story: rules asked, answers written    evidence    what they are asked with
    lines       what a run says, read for the files below
    payments    the bank's file (pain.001)          journal     the accountants'
    statement, print   a theatre's, down to the seat
    files       all of these, in a folder           commands, overview   the command line

Every rule of who may do what is in `justbookit.settlement`; here is only I/O.
"""
