-- depends: warehouse_0007_by_show_and_type
-- What is built has the column that is built from now on; otherwise all of it would be built anew.
ALTER TABLE IF EXISTS finance.bookings ADD COLUMN IF NOT EXISTS lead_minutes integer;
DO $$
BEGIN
    IF to_regclass('finance.bookings') IS NOT NULL THEN
        UPDATE finance.bookings
        SET lead_minutes = floor(extract(EPOCH FROM show_starts_at - held_at) / 60);
        ALTER TABLE finance.bookings ALTER COLUMN lead_minutes SET NOT NULL;
    END IF;
END $$;
