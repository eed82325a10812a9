"""The readers: HTTP in, stores read, commands out, answers waited for.

    app        what is wired to what             services   what a worker holds while it lives
    commands   wishes into Kafka                 answers    what became of them, out of Kafka
    asking     a wish and its answer, as one     seatmaps   seat maps of the shows people look at
    keys       the same request, done once       access     who is asking, and may they
    problems   every no, as RFC 9457             routes     what may be asked, under /api/v1
    browse bookings people payments theatres     pages      the same through a browser

Nothing here decides who gets a seat. A command goes to the one writer of its show; the event
that follows is the answer, whichever process asked.
"""
