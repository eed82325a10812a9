-- Bookings lie in a table for each month that their names say (justbookit.months), so that those of
-- a month can leave at once; in `booking_undated` if they say none, or one without a table.
ALTER TABLE booking RENAME TO booking_undated;
ALTER INDEX booking_pkey RENAME TO booking_undated_pkey;
ALTER INDEX booking_of_name RENAME TO booking_undated_of_name;
ALTER INDEX booking_of_customer RENAME TO booking_undated_of_customer;
ALTER INDEX booking_held RENAME TO booking_undated_held;
ALTER INDEX booking_pledged RENAME TO booking_undated_pledged;

CREATE TABLE booking (
    LIKE booking_undated INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    PRIMARY KEY (show_id, booking_id)
)
PARTITION BY RANGE (booking_id);

CREATE INDEX booking_of_name ON booking (booking_id);
CREATE INDEX booking_of_customer ON booking (customer_id, held_at);
CREATE INDEX booking_held ON booking (partition, held_until) WHERE status = 'held';
CREATE INDEX booking_pledged ON booking (partition) WHERE pledge IS NOT NULL;

ALTER TABLE booking ATTACH PARTITION booking_undated DEFAULT;

-- Make the table of a month, unless it is there. Where bookings of it lie in `booking_undated`
-- already, they stay there, and others of that month go there too.
CREATE FUNCTION open_booking_month(name text, first text, following text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF booking FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = 80)',
        name, first, following
    );
    RETURN true;
EXCEPTION
    WHEN check_violation THEN
        RETURN false;
END
$$;

-- The months whose bookings have left for the lake, as they were counted when they did.
CREATE TABLE archived_month (
    month text PRIMARY KEY,
    bookings bigint NOT NULL,
    digest text NOT NULL,
    archived_at timestamptz NOT NULL
);

-- What the bookings that have left came to, for each show.
CREATE TABLE archived_show (
    show_id text NOT NULL,
    month text NOT NULL REFERENCES archived_month,
    bookings bigint NOT NULL,
    amount bigint NOT NULL,
    cancelled bigint NOT NULL,
    refunds bigint NOT NULL,
    refunds_by_theatre bigint NOT NULL,
    PRIMARY KEY (show_id, month)
);
