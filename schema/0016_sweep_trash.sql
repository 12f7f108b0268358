-- The trash of sweeps: as that of runs, whose table is trash.

CREATE TABLE sweep_trash (
  -- Sweeps that were removed and can be restored: no view and no command shows them, and their names stay taken.
  sweep_id INTEGER PRIMARY KEY NOT NULL REFERENCES sweep (id) ON DELETE CASCADE, -- which sweep
  created TEXT NOT NULL -- when it was removed, and with it those of its runs that no other sweep has
) STRICT;
