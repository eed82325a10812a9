"""Their lines in, our commands out: pure, so a feed can be tried without a server.

line        what travels here: a feed, a line of it, what became of the line
record      one line's fields, read one by one
seats       how feeds write seats and rows of seats
catalogue   venues, theatres, movies, offers, shows
facts       allotments, blocks, counter sales and their return
translate   all of them as one generator
files       a file's name and bytes → lines
"""
