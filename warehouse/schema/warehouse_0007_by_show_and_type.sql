-- depends: warehouse_0006_views_and_what_stays
-- What was said of one kind about the shows that are brought up to date is found by this alone,
-- however much there is of others.
CREATE INDEX seat_events_show_type ON raw.seat_events (show_id, type);
DROP INDEX raw.seat_events_show;
