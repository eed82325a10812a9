-- Who may ask, and what was asked: owned by api.

CREATE TABLE customer (
    customer_id text PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A session and an API key are kept as SHA-256 only: who reads the table cannot log in.
CREATE TABLE customer_session (
    token_sha256 bytea PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customer ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

CREATE INDEX customer_session_of ON customer_session (customer_id);

CREATE TABLE api_key (
    key_sha256 bytea PRIMARY KEY,
    organizer_id text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

-- An Idempotency-Key with the SHA-256 of the body it came with. The answer is not kept here: the
-- key names its command, and the event that answered the command is in seat_event for ever.
CREATE TABLE idempotency_key (
    scope bytea PRIMARY KEY,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idempotency_key_age ON idempotency_key USING brin (created_at);
