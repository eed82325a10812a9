-- Why a theatre took the seats of a booking away; empty where it did not.
ALTER TABLE booking ADD COLUMN because text NOT NULL DEFAULT '';
