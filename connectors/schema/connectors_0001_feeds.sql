-- How far each delivered file was taken. `records` are acknowledged by Kafka, `line` is where the
-- last of them stood; a restart goes on behind them.
CREATE TABLE feed_cursor (
    delivery text PRIMARY KEY,
    source text NOT NULL,
    file text NOT NULL,
    sha256 text NOT NULL,
    records integer NOT NULL DEFAULT 0,
    line integer NOT NULL DEFAULT 0,
    refused integer NOT NULL DEFAULT 0,
    taken_at timestamptz NOT NULL,
    finished_at timestamptz
);

CREATE INDEX feed_cursor_of_source ON feed_cursor (source, taken_at);

-- Who may push, and for whom. Two secrets are good while one replaces the other.
CREATE TABLE push_source (
    source text PRIMARY KEY,
    organizer_id text,
    secret text NOT NULL,
    previous_secret text,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- What was answered to each push: the same webhook-id gets the same answer.
CREATE TABLE push_seen (
    source text NOT NULL,
    webhook_id text NOT NULL,
    sha256 text NOT NULL,
    status smallint NOT NULL,
    answer json NOT NULL,
    accepted integer NOT NULL,
    refused integer NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, webhook_id)
);

CREATE INDEX push_seen_at ON push_seen (seen_at);
