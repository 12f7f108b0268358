-- It may be unknown whether the user's repository had uncommitted changes. Only a CHECK changes, and every row
-- satisfies it, so the text of the table is edited in place, as SQLite's manual of ALTER TABLE describes. Creating
-- and dropping a table makes other connections read the schema again.

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql,
  'CHECK (user_dirty IN (0, 1)), -- 1: that repository had uncommitted changes',
  'CHECK (user_dirty IN (-1, 0, 1)), -- 1: the user''s git repository had uncommitted changes; 0: it had none; -1: unknown'),
  'HEAD of the git repository that the user works in, empty if none',
  'HEAD of the git repository of the user''s working directory; empty if there is none or it is unknown')
  WHERE type = 'table' AND name = 'code';
CREATE TABLE reread (x INTEGER) STRICT;
DROP TABLE reread;
PRAGMA writable_schema = RESET;
