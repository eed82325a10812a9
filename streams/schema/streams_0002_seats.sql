-- The seats: what streams.seats decided, and how far it has read.

-- One row for each partition, with the next offset of both topics in it. Whoever takes a
-- partition over raises `epoch`; a writer of an older epoch can commit nothing.
CREATE TABLE writer_position (
    partition smallint PRIMARY KEY,
    epoch bigint NOT NULL,
    commands_next bigint NOT NULL,
    facts_next bigint NOT NULL,
    commands_topic text NOT NULL DEFAULT '',
    facts_topic text NOT NULL DEFAULT ''
);

-- The log, as published on seat-events, byte for byte in `body`.
CREATE TABLE seat_event (
    show_id text NOT NULL,
    version integer NOT NULL,
    command_id text,
    type text NOT NULL,
    at timestamptz NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (show_id, version)
);

CREATE INDEX seat_event_of_command ON seat_event (command_id) WHERE command_id IS NOT NULL;

-- What was decided and not yet published.
CREATE TABLE seat_outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partition smallint NOT NULL,
    show_id text NOT NULL,
    version integer NOT NULL,
    body json NOT NULL
);

CREATE INDEX seat_outbox_of_partition ON seat_outbox (partition, outbox_id);

CREATE TABLE booking (
    booking_id text PRIMARY KEY,
    show_id text NOT NULL,
    partition smallint NOT NULL,
    customer_id text NOT NULL,
    status text NOT NULL CHECK (status IN ('held', 'confirmed', 'released', 'expired', 'cancelled')),
    seat_ids text [] NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    refund bigint NOT NULL DEFAULT 0,
    lines json NOT NULL,
    held_until timestamptz NOT NULL,
    held_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    ended_at timestamptz,
    payment json,
    version integer NOT NULL
)
WITH (fillfactor = 80);

CREATE INDEX booking_of_customer ON booking (customer_id, held_at);
CREATE INDEX booking_of_show ON booking (show_id);
CREATE INDEX booking_held ON booking (partition, held_until) WHERE status = 'held';

-- Who has a seat now. The primary key is the second net, independent of the writer's memory:
-- a seat that somebody has cannot be given to anybody else.
CREATE TABLE seat_claim (
    show_id text NOT NULL,
    seat_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('booking', 'counter', 'block')),
    claimed_by text NOT NULL,
    PRIMARY KEY (show_id, seat_id)
);

-- How many seats of a show are what, at `version` of its log.
CREATE TABLE show_inventory (
    show_id text PRIMARY KEY,
    version integer NOT NULL,
    seats_total integer NOT NULL,
    seats_free integer NOT NULL,
    seats_held integer NOT NULL,
    seats_booked integer NOT NULL,
    seats_counter integer NOT NULL,
    seats_blocked integer NOT NULL,
    seats_not_allotted integer NOT NULL,
    as_of timestamptz NOT NULL
)
WITH (fillfactor = 60);
