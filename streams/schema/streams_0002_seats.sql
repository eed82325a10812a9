-- The seats: what streams.seats decided, and how far it has read.

-- One row for each partition, with the next offset of both topics in it. Whoever takes a
-- partition over raises `epoch`; a writer of an older epoch can commit nothing.
CREATE TABLE writer_position (
    partition smallint PRIMARY KEY,
    epoch bigint NOT NULL,
    commands_next bigint NOT NULL,
    facts_next bigint NOT NULL
)
WITH (fillfactor = 10);

-- The fence, and the first statement of every transaction of a writer: move the positions of its
-- partitions on, or fail here and now, so that nothing after it can run.
CREATE FUNCTION advance_writer_positions(
    partitions smallint[],
    epochs bigint[],
    commands_expected bigint[],
    facts_expected bigint[],
    commands_after bigint[],
    facts_after bigint[]
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    advanced integer;
BEGIN
    UPDATE writer_position AS mine
       SET commands_next = wanted.commands_after, facts_next = wanted.facts_after
      FROM unnest(
               partitions, epochs, commands_expected, facts_expected, commands_after, facts_after
           ) AS wanted (
               partition, epoch, commands_expected, facts_expected, commands_after, facts_after
           )
     WHERE mine.partition = wanted.partition
       AND mine.epoch = wanted.epoch
       AND mine.commands_next = wanted.commands_expected
       AND mine.facts_next = wanted.facts_expected;
    GET DIAGNOSTICS advanced = ROW_COUNT;
    IF advanced <> cardinality(partitions) THEN
        RAISE EXCEPTION 'another writer owns % of % partitions',
            cardinality(partitions) - advanced, cardinality(partitions)
            USING ERRCODE = 'JB001';
    END IF;
END
$$;

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

-- What was decided and not yet published: for each batch and partition which events, in order, as
-- a list of [show_id, version], and the messages that were none of ours.
CREATE TABLE seat_outbox (
    partition smallint NOT NULL,
    batch bigint NOT NULL,
    events json NOT NULL,
    dead_letters json NOT NULL,
    PRIMARY KEY (partition, batch)
);

-- A booking's name is unique within its show, where one writer decides; `booking_id` alone is
-- unique because whoever asks makes it so.
CREATE TABLE booking (
    booking_id text NOT NULL,
    show_id text NOT NULL,
    partition smallint NOT NULL,
    customer_id text NOT NULL,
    status text NOT NULL CHECK (
        status IN ('held', 'confirmed', 'released', 'expired', 'cancelled')
    ),
    seat_ids text[] NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    refund bigint NOT NULL DEFAULT 0,
    lines json NOT NULL,
    held_until timestamptz NOT NULL,
    held_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    ended_at timestamptz,
    payment json,
    version integer NOT NULL,
    PRIMARY KEY (show_id, booking_id)
)
WITH (fillfactor = 80);

CREATE INDEX booking_of_name ON booking (booking_id);
CREATE INDEX booking_of_customer ON booking (customer_id, held_at);
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
