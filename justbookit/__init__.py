"""What JustBookIt knows, and nothing about how it is run.

Read the modules in this order; each may import only those before it:

    ids                 names for things          errors            what can go wrong
    money               whole minor units         catalogue         what is on, and where
    seat_commands       what somebody asked       seat_events       what happened to seats
    catalogue_commands  what somebody asked       catalogue_events  what happened to it
    offers              what a seat costs, why    seatmap           who sits where
    alternatives        which seats instead       answering         how a decision is written
    theatre_rules       what a theatre may do     deciding          who may sit where
    scheduling          what may be put on        listing           what browsing shows
    dead_letters        what could not be read    topics            where messages travel
    wire                bytes in, bytes out       settings          every knob

Nothing here opens a socket, reads a clock or rolls a die. The packages around this one do
that: `connectors`, `streams`, `warehouse` and `api`. They import this package and never each
other.
"""
