-- What somebody who logged in may see beyond their own bookings: owned by api.

CREATE TABLE customer_role (
    customer_id text NOT NULL REFERENCES customer ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('finance', 'operations', 'theatre')),
    -- whose statements; only where the role is a theatre's
    organizer_id text NOT NULL DEFAULT '',
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (customer_id, role, organizer_id),
    CHECK ((role = 'theatre') = (organizer_id <> ''))
);
