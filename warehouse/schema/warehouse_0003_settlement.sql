-- What finance decided and what others reported: contracts, gateway files, theatres' reports,
-- runs and payouts. Rows are added, never changed, but for a run's place in its own story.
CREATE SCHEMA settlement;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- What was agreed with an organizer for sales in a currency, from a day until before another.
CREATE TABLE settlement.contracts (
    organizer_id text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    valid_from date NOT NULL,
    valid_until date CHECK (valid_until > valid_from),
    commission_bps integer NOT NULL CHECK (commission_bps BETWEEN 0 AND 10000),
    ticket_fee bigint NOT NULL CHECK (ticket_fee >= 0),
    tax_bps integer NOT NULL CHECK (tax_bps BETWEEN 0 AND 10000),
    settle_days integer NOT NULL CHECK (settle_days BETWEEN 0 AND 30),
    account_name text NOT NULL,
    account text NOT NULL,
    bank text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organizer_id, currency, valid_from),
    CONSTRAINT contracts_do_not_overlap EXCLUDE USING gist (
        organizer_id WITH =, currency WITH =, daterange(valid_from, valid_until) WITH &&
    )
);

-- On which days banks of a country work, counted: the third after a day is the one whose number
-- is greater by three.
CREATE TABLE settlement.calendar (
    country text NOT NULL,
    day date NOT NULL,
    is_business_day boolean NOT NULL,
    business_day_number integer NOT NULL,
    PRIMARY KEY (country, day)
);

CREATE INDEX calendar_numbers ON settlement.calendar (country, business_day_number)
WHERE is_business_day;

-- One file of a gateway: what it captured and refunded on a UTC day in a currency. A second one
-- for the same day is kept and not counted until the first is discarded.
CREATE TABLE settlement.gateway_files (
    file_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway text NOT NULL,
    currency text NOT NULL,
    day date NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL UNIQUE,
    line_count integer NOT NULL,
    amount bigint NOT NULL,
    fee bigint NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now(),
    discarded_at timestamptz,
    discarded_by text
);

CREATE TABLE settlement.gateway_lines (
    file_id bigint NOT NULL REFERENCES settlement.gateway_files,
    line_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('capture', 'refund')),
    reference text NOT NULL,
    amount bigint NOT NULL,
    fee bigint NOT NULL,
    at timestamptz NOT NULL
);

CREATE INDEX gateway_lines_file ON settlement.gateway_lines (file_id);

-- What a theatre's own system says it let in on our tickets; the last report of a show counts.
CREATE TABLE settlement.theatre_reports (
    report_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organizer_id text NOT NULL,
    day date NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL UNIQUE,
    line_count integer NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE settlement.theatre_lines (
    report_id bigint NOT NULL REFERENCES settlement.theatre_reports,
    show_id text NOT NULL,
    ticket_count integer NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL
);

-- A payout that waits: a dispute, a cancelled show. It is lifted by a day, never removed.
CREATE TABLE settlement.payout_holds (
    hold_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organizer_id text NOT NULL,
    reason text NOT NULL CHECK (reason != ''),
    placed_by text NOT NULL,
    placed_at timestamptz NOT NULL DEFAULT now(),
    held_until date,
    lifted_by text,
    lifted_at timestamptz
);

CREATE TABLE settlement.runs (
    run_id text PRIMARY KEY,
    settle_date date NOT NULL,
    as_of timestamptz NOT NULL,
    reverses text UNIQUE REFERENCES settlement.runs,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The story of a run, in order; its status is the last one.
CREATE TABLE settlement.run_steps (
    run_id text NOT NULL REFERENCES settlement.runs,
    number integer NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'balanced', 'approved', 'sent')),
    by text NOT NULL CHECK (by != ''),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, number),
    UNIQUE (run_id, status)
);

-- What a run adds to a show: all that is owed for it by now, less what earlier runs settled.
CREATE TABLE settlement.run_lines (
    run_id text NOT NULL REFERENCES settlement.runs,
    show_id text NOT NULL,
    currency text NOT NULL,
    organizer_id text NOT NULL,
    venue_id text NOT NULL,
    ended_on date NOT NULL,
    due_on date NOT NULL,
    ticket_count integer NOT NULL,
    gross_amount bigint NOT NULL,
    refund_amount bigint NOT NULL,
    net_amount bigint NOT NULL,
    commission_amount bigint NOT NULL,
    fee_amount bigint NOT NULL,
    tax_amount bigint NOT NULL,
    payable_amount bigint NOT NULL,
    PRIMARY KEY (run_id, show_id, currency),
    CHECK (net_amount = gross_amount - refund_amount),
    CHECK (payable_amount = net_amount - commission_amount - fee_amount - tax_amount)
);

CREATE INDEX run_lines_show ON settlement.run_lines (show_id, currency);

-- The bookings behind those lines, down to which a statement goes.
CREATE TABLE settlement.run_bookings (
    run_id text NOT NULL REFERENCES settlement.runs,
    show_id text NOT NULL,
    booking_id text NOT NULL,
    currency text NOT NULL,
    gross_amount bigint NOT NULL,
    refund_amount bigint NOT NULL,
    PRIMARY KEY (run_id, booking_id)
);

CREATE INDEX run_bookings_show ON settlement.run_bookings (show_id);

CREATE TABLE settlement.payouts (
    payout_id text PRIMARY KEY,
    run_id text NOT NULL REFERENCES settlement.runs,
    organizer_id text NOT NULL,
    currency text NOT NULL,
    carried_in bigint NOT NULL,
    earned bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    carried_out bigint NOT NULL,
    status text NOT NULL CHECK (
        status IN ('due', 'carried', 'sent', 'paid', 'returned', 'reversed')
    ),
    reason text NOT NULL,
    sent_at timestamptz,
    paid_at timestamptz,
    returned_at timestamptz,
    UNIQUE (run_id, organizer_id, currency),
    CHECK (carried_in + earned = amount + carried_out)
);

-- What is settled or paid stays as it was written; only runs that take it back can be added.
CREATE FUNCTION settlement.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'settlement.% is never edited; reverse the run', tg_table_name;
END $$;

CREATE TRIGGER run_lines_stay BEFORE UPDATE OR DELETE ON settlement.run_lines
FOR EACH STATEMENT EXECUTE FUNCTION settlement.refuse_change();

CREATE TRIGGER run_bookings_stay BEFORE UPDATE OR DELETE ON settlement.run_bookings
FOR EACH STATEMENT EXECUTE FUNCTION settlement.refuse_change();

CREATE TRIGGER run_steps_stay BEFORE UPDATE OR DELETE ON settlement.run_steps
FOR EACH STATEMENT EXECUTE FUNCTION settlement.refuse_change();
