-- Bookings that are exchanged for seats of another show: where one came from, to which exchange it
-- is pledged until the other show's writer has answered, and what of it went where.
ALTER TABLE booking
DROP CONSTRAINT booking_status_check,
ADD CONSTRAINT booking_status_check CHECK (
    status IN ('held', 'confirmed', 'released', 'expired', 'cancelled', 'exchanged')
),
ADD COLUMN origin json,
ADD COLUMN pledge json,
ADD COLUMN exchanges json NOT NULL DEFAULT '[]';

CREATE INDEX booking_pledged ON booking (partition) WHERE pledge IS NOT NULL;
