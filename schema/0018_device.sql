-- The device that computed an attempt. Older versions of ssl computed on the CPU alone.

ALTER TABLE attempt ADD COLUMN device -- device that computed, such as cpu or cuda
  TEXT NOT NULL DEFAULT 'cpu';
ALTER TABLE attempt ADD COLUMN device_about -- card, driver and libraries of the device, on which results depend, separated by semicolons; empty for the CPU, which host and code describe
  TEXT NOT NULL DEFAULT '';
