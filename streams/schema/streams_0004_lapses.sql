-- When the next block or allotment of a show ends by itself: what the owner of its partition has
-- to know beside the holds. NULL: nothing does.
ALTER TABLE show_inventory ADD COLUMN partition smallint;
ALTER TABLE show_inventory ADD COLUMN lapses_at timestamptz;

CREATE INDEX show_inventory_lapses ON show_inventory (partition, lapses_at)
WHERE lapses_at IS NOT NULL;
