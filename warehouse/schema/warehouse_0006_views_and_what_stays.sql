-- How often seats were looked at: counts of shows in a minute, from the API.
CREATE TABLE raw.show_views (
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

-- A run is never edited, only taken back by another; what a gateway said is never rewritten.
CREATE TRIGGER runs_stay BEFORE UPDATE OR DELETE ON settlement.runs
FOR EACH STATEMENT EXECUTE FUNCTION settlement.refuse_change();

CREATE FUNCTION settlement.refuse_file_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'settlement.% is never edited; discard the file and take in another',
        tg_table_name;
END $$;

CREATE TRIGGER gateway_lines_stay BEFORE UPDATE OR DELETE ON settlement.gateway_lines
FOR EACH STATEMENT EXECUTE FUNCTION settlement.refuse_file_change();

-- A payout goes its way from due to paid; whose it is and what it comes to stay.
CREATE FUNCTION settlement.refuse_other_payout() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op = 'DELETE'
        OR (new.payout_id, new.run_id, new.organizer_id, new.currency, new.carried_in,
            new.earned, new.amount, new.carried_out)
        IS DISTINCT FROM
        (old.payout_id, old.run_id, old.organizer_id, old.currency, old.carried_in,
            old.earned, old.amount, old.carried_out)
    THEN
        RAISE EXCEPTION 'settlement.payouts is never edited; reverse the run';
    END IF;
    RETURN new;
END $$;

CREATE TRIGGER payouts_stay BEFORE UPDATE OR DELETE ON settlement.payouts
FOR EACH ROW EXECUTE FUNCTION settlement.refuse_other_payout();
