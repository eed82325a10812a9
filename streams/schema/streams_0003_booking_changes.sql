-- How a paid booking came to the seats and the price that it has now: a list, the oldest first, of
-- what was given back, what each seat cost before and after, and what was paid back.
ALTER TABLE booking ADD COLUMN changes json NOT NULL DEFAULT '[]';
