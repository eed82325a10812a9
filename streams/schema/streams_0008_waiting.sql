-- Who waits for seats of a show that has none for them. Free seats are offered in order of joining;
-- while they are, they are claimed for the entry, so that nobody else can have them.
ALTER TABLE seat_claim
DROP CONSTRAINT seat_claim_kind_check,
ADD CONSTRAINT seat_claim_kind_check CHECK (kind IN ('booking', 'counter', 'block', 'offer'));

CREATE TABLE waiting_entry (
    show_id text NOT NULL,
    entry_id text NOT NULL,
    partition smallint NOT NULL,
    customer_id text NOT NULL,
    status text NOT NULL CHECK (
        status IN ('waiting', 'offered', 'accepted', 'customer', 'expired', 'closed')
    ),
    size smallint NOT NULL,
    zone text,
    together boolean NOT NULL,
    accessible boolean NOT NULL,
    joined_at timestamptz NOT NULL,
    joined_version integer NOT NULL,
    seat_ids text[] NOT NULL,
    offered_until timestamptz,
    ended_at timestamptz,
    version integer NOT NULL,
    PRIMARY KEY (show_id, entry_id)
)
WITH (fillfactor = 80);

CREATE INDEX waiting_entry_of_name ON waiting_entry (entry_id);
CREATE INDEX waiting_entry_of_customer ON waiting_entry (customer_id, joined_at);
CREATE INDEX waiting_entry_in_line ON waiting_entry (show_id, joined_version)
WHERE status = 'waiting';
CREATE INDEX waiting_entry_offered ON waiting_entry (partition) WHERE status = 'offered';
