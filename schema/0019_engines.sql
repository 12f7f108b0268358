-- Tables of engines. A device may be able to compute an operation by several engines of a library, which differ in the
-- last bits of their results. It takes the first deterministic one, or the one that a table names: `ssl device tune`
-- makes tables, and each attempt records the one that it used.

CREATE TABLE engine_table (
  -- Choices of engines for the operations of a device, made by `ssl device tune`.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  name TEXT NOT NULL CHECK (name <> ''), -- name of the table, as in --engines; one that a bundle brings may repeat a name
  sha256 TEXT NOT NULL UNIQUE, -- SHA-256 over the device and the choices, which identifies the table in every store
  device TEXT NOT NULL, -- kind of device that it was made on, such as cuda
  device_about TEXT NOT NULL, -- card, driver and libraries of that device, which a run with this table must have
  recipe TEXT NOT NULL, -- SHA-256 of the recipe whose operations were timed (recipe.hash)
  created TEXT NOT NULL -- when the table was made (UTC)
) STRICT;

CREATE TABLE engine (
  -- One choice of a table of engines. An operation that the table lacks is computed by the first deterministic engine.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  engine_table_id INTEGER NOT NULL REFERENCES engine_table (id) ON DELETE CASCADE, -- the table (engine_table.id)
  operation TEXT NOT NULL CHECK (operation <> ''), -- pass, number format and shape of a convolution: forward f32 512x32x32x64 with 64 of 3x3, stride 1, padding 1
  place INTEGER NOT NULL CHECK (place >= 0), -- place of the engine among those that may be used, in the order of the library; 0: the first one, as without a table
  engine INTEGER NOT NULL, -- number that the library gives the engine at that place
  seconds REAL NOT NULL, -- time of one call of the engine
  first_seconds REAL NOT NULL, -- time of one call of the first engine
  UNIQUE (engine_table_id, operation)
) STRICT;

ALTER TABLE attempt ADD COLUMN engine_table_id -- table of engines that the attempt used; NULL: none
  INTEGER REFERENCES engine_table (id);
