-- The books are brought up to date show by show: the shows about which something was loaded
-- since, and all that was ever said of those.
CREATE INDEX seat_events_loaded_at ON raw.seat_events USING brin (loaded_at);
CREATE INDEX seat_events_show ON raw.seat_events (show_id);
CREATE INDEX seat_events_terms ON raw.seat_events (show_id)
WHERE type IN ('ShowOpened', 'ShowChanged');

-- How far each incremental model has come: everything loaded up to then is in it.
CREATE TABLE raw.built (
    model text PRIMARY KEY,
    loaded_until timestamptz NOT NULL
);

-- What each copy from the lake brought, so that nobody has to count the log to know how recent
-- and how readable it is.
CREATE TABLE raw.loads (
    loaded_at timestamptz NOT NULL,
    table_name text NOT NULL,
    topic text NOT NULL,
    message_count bigint NOT NULL,
    last_message_at timestamptz NOT NULL
);

INSERT INTO raw.loads (loaded_at, table_name, topic, message_count, last_message_at)
SELECT
    loaded_at,
    'seat_events' AS table_name,
    topic,
    count(*) AS message_count,
    max(at) AS last_message_at
FROM raw.seat_events
GROUP BY loaded_at, topic
UNION ALL
SELECT
    loaded_at,
    'catalogue_events' AS table_name,
    topic,
    count(*) AS message_count,
    max(at) AS last_message_at
FROM raw.catalogue_events
GROUP BY loaded_at, topic
UNION ALL
SELECT
    loaded_at,
    'dead_letters' AS table_name,
    topic,
    count(*) AS message_count,
    max(at) AS last_message_at
FROM raw.dead_letters
GROUP BY loaded_at, topic
UNION ALL
SELECT
    loaded_at,
    'quarantine' AS table_name,
    topic,
    count(*) AS message_count,
    max(at) AS last_message_at
FROM raw.quarantine
GROUP BY loaded_at, topic;
