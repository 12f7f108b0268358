-- Whether the user's repository had uncommitted changes may be unknown. Only a CHECK changes, which no row can
-- break, so the table's text is edited in place, as SQLite's manual of ALTER TABLE describes; the table that comes
-- and goes tells other connections to read the schema again.

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql,
  'CHECK (user_dirty IN (0, 1)), -- 1: that repository had uncommitted changes',
  'CHECK (user_dirty IN (-1, 0, 1)), -- 1: that repository had uncommitted changes; 0: it had none; -1: unknown'),
  'HEAD of the git repository that the user works in, empty if none',
  'HEAD of the git repository that the user works in, empty if none or unknown')
  WHERE type = 'table' AND name = 'code';
CREATE TABLE reread (x INTEGER) STRICT;
DROP TABLE reread;
PRAGMA writable_schema = RESET;
