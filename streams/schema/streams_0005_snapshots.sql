-- A show as it was at `version` of its log, written by the seat writer now and then, so that a
-- long history need not be replayed. `form` says by which code: another one reads the whole log.
-- Nothing is lost with a row of this table.
CREATE TABLE show_snapshot (
    show_id text PRIMARY KEY,
    form bigint NOT NULL,
    version integer NOT NULL,
    body bytea NOT NULL
);
