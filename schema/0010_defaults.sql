-- The version of the defaults that a recipe was made with; and a word in place of a number no longer has a number.
-- core/store/params.c rewrites the rows of table param that older versions wrote.

ALTER TABLE sweep ADD COLUMN defaults -- version of the defaults that the sweep is expanded with, counted from 1
  INTEGER NOT NULL DEFAULT 1;
ALTER TABLE run ADD COLUMN defaults -- version of the defaults that the run's recipe was made with, counted from 1
  INTEGER NOT NULL DEFAULT 1;
ALTER TABLE param ADD COLUMN in_force -- number in effect: the value itself, or what a word such as same stands for
  REAL;
UPDATE param SET number = NULL WHERE number IS NOT NULL AND value GLOB '[a-z]*';
UPDATE param SET in_force = number WHERE number IS NOT NULL;
