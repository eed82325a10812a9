-- depends: warehouse_0008_lead_minutes
-- In which years shows end is asked before each build, and is found at the two ends of this.
CREATE INDEX seat_events_years ON raw.seat_events ((left(body #>> '{terms,ends_at}', 4)))
WHERE type IN ('ShowOpened', 'ShowChanged', 'ShowMoved');
