-- The catalogue: what streams.catalogue decided. `body` and `terms` are the structs of
-- justbookit.catalogue as JSON; the columns beside them are what is asked for.
--
-- What is removed keeps its row, with the time of it in `removed_at`: past shows and bookings
-- name it, and if it is put again its version must go on rising.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE venue (
    venue_id text PRIMARY KEY,
    organizer_id text NOT NULL,
    city_id text NOT NULL,
    version integer NOT NULL,
    body jsonb NOT NULL,
    removed_at timestamptz
);

CREATE TABLE theatre (
    theatre_id text PRIMARY KEY,
    venue_id text NOT NULL REFERENCES venue,
    version integer NOT NULL,
    body jsonb NOT NULL,
    removed_at timestamptz
);

CREATE INDEX theatre_of_venue ON theatre (venue_id);

-- Movies and offers belong to the organizer who put them first; NULL is the platform itself.
CREATE TABLE movie (
    movie_id text PRIMARY KEY,
    organizer_id text,
    version integer NOT NULL,
    body jsonb NOT NULL,
    removed_at timestamptz
);

CREATE TABLE offer (
    offer_id text PRIMARY KEY,
    organizer_id text,
    version integer NOT NULL,
    body jsonb NOT NULL,
    removed_at timestamptz
);

-- A show as the seat writer last confirmed it. `opening` until it has: asked, not yet on sale.
-- `version` rises whenever anything here changes.
CREATE TABLE show (
    show_id text PRIMARY KEY,
    theatre_id text NOT NULL REFERENCES theatre,
    movie_id text NOT NULL REFERENCES movie,
    venue_id text NOT NULL REFERENCES venue,
    city_id text NOT NULL,
    organizer_id text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('opening', 'open', 'closed')),
    version integer NOT NULL,
    terms jsonb NOT NULL
);

CREATE INDEX show_of_theatre ON show (theatre_id, starts_at);
CREATE INDEX show_of_movie ON show (movie_id, starts_at);
CREATE INDEX show_of_organizer ON show (organizer_id, starts_at);

-- Who has a screen when, and on what terms. The catalogue takes a slot before it asks the seat
-- writer for the show or for other terms; the seat writer gives back what its answer made
-- superfluous, in the transaction of that answer:
--   opened or changed by command C   every slot of the show with a smaller `asked` than C's
--   refused by command C             C's own slot
--   closed                           every slot of the show
-- Never "every slot but C's": a later change may be on its way. A show may overlap itself while
-- it moves. The slot with the greatest `asked` is what the catalogue last asked for.
CREATE TABLE screen_slot (
    asked bigint GENERATED ALWAYS AS IDENTITY,
    command_id text NOT NULL,
    theatre_id text NOT NULL,
    show_id text NOT NULL,
    during tstzrange NOT NULL,
    terms jsonb NOT NULL,
    PRIMARY KEY (show_id, command_id),
    CONSTRAINT one_show_on_a_screen EXCLUDE USING gist (
        theatre_id WITH =, during WITH &&, show_id WITH <>
    )
);

-- How far catalogue-commands was decided. Whoever takes the partition over raises `epoch`; a
-- writer of an older epoch can commit nothing.
CREATE TABLE catalogue_position (
    partition smallint PRIMARY KEY,
    epoch bigint NOT NULL,
    commands_next bigint NOT NULL
)
WITH (fillfactor = 10);

-- The fence, and the first statement of every transaction of the catalogue's writer: move the
-- position on, or fail here and now, so that nothing after it can run.
CREATE FUNCTION advance_catalogue_position(
    mine smallint, my_epoch bigint, commands_expected bigint, commands_after bigint
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalogue_position
       SET commands_next = commands_after
     WHERE partition = mine AND epoch = my_epoch AND commands_next = commands_expected;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another writer owns the catalogue' USING ERRCODE = 'JB001';
    END IF;
END
$$;

-- How each command was answered: asking again publishes the same answer and does nothing else.
CREATE TABLE catalogue_answer (
    command_id text PRIMARY KEY,
    topic text NOT NULL,
    partition smallint NOT NULL,
    key text NOT NULL,
    body json NOT NULL,
    at timestamptz NOT NULL
);

CREATE INDEX catalogue_answer_at ON catalogue_answer (at);

-- What was decided and not yet published, in order.
CREATE TABLE catalogue_outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition smallint NOT NULL,
    key text NOT NULL,
    command_id text,
    body json NOT NULL
);

-- How far search has read each topic. No fence: documents carry versions, so reading a message
-- twice changes nothing.
CREATE TABLE search_position (
    topic text NOT NULL,
    partition smallint NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
)
WITH (fillfactor = 10);
