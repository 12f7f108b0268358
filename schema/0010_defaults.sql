-- Which version of the defaults a recipe was made with; and a word in a number's place is no number.
-- Rows of table param that older versions wrote are made anew by core/store/params.c.

ALTER TABLE sweep ADD COLUMN defaults -- version of the defaults that the sweep is expanded with, from 1
  INTEGER NOT NULL DEFAULT 1;
ALTER TABLE run ADD COLUMN defaults -- version of the defaults that the run's recipe was made with, from 1
  INTEGER NOT NULL DEFAULT 1;
ALTER TABLE param ADD COLUMN in_force -- number that holds: the value itself, or what a word such as same stands for
  REAL;
UPDATE param SET number = NULL WHERE number IS NOT NULL AND value GLOB '[a-z]*';
UPDATE param SET in_force = number WHERE number IS NOT NULL;
