-- What the archive copied from its lake for the bookkeepers: messages as they were, in columns
-- only what is the same in all of them. Everything here can be copied again from the lake.
CREATE SCHEMA raw;

CREATE TABLE raw.seat_events (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key text,
    type text NOT NULL,
    at timestamptz NOT NULL,
    show_id text NOT NULL,
    version bigint NOT NULL,
    command_id text,
    body jsonb NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset")
);

CREATE TABLE raw.catalogue_events (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key text,
    type text NOT NULL,
    at timestamptz NOT NULL,
    show_id text,
    version bigint,
    command_id text,
    body jsonb NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset")
);

-- What could not be read on its way in: lines of feeds, bytes on topics.
CREATE TABLE raw.dead_letters (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key text,
    type text NOT NULL,
    at timestamptz NOT NULL,
    show_id text,
    version bigint,
    command_id text,
    body jsonb NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset")
);

-- What the archive itself could not read, from any topic; `body` has the reason and the bytes.
CREATE TABLE raw.quarantine (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key text,
    type text NOT NULL,
    at timestamptz NOT NULL,
    show_id text,
    version bigint,
    command_id text,
    body jsonb NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset")
);
