-- What went to another show, and what came from one, is looked for show by show.
CREATE INDEX seat_events_exchanges ON raw.seat_events (show_id) WHERE type = 'BookingExchanged';
CREATE INDEX seat_events_exchanges_taken ON raw.seat_events (show_id) WHERE type = 'ExchangeTaken';
