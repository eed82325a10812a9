-- A show's terms are also what it was moved with, and what was paid for a change of a booking is
-- looked for when a day is closed.
DROP INDEX raw.seat_events_terms;
CREATE INDEX seat_events_terms ON raw.seat_events (show_id)
WHERE type IN ('ShowOpened', 'ShowChanged', 'ShowMoved');
CREATE INDEX seat_events_changes ON raw.seat_events (show_id) WHERE type = 'BookingChanged';
