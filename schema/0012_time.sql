-- One format for every time: UTC, to the millisecond, as SQLite's strftime('%Y-%m-%d %H:%M:%f') writes it, so
-- that times can be compared with datetime('now'). Older versions wrote 2026-01-31T12:00:00Z. A text that is not a
-- time in that format stays as it is, and `ssl fsck` reports it. The digest chain does not cover times.

UPDATE meta SET value = strftime('%Y-%m-%d %H:%M:%f', value)
  WHERE key = 'created' AND value GLOB '????-??-??T??:??:??Z' AND julianday(value) IS NOT NULL;
UPDATE object SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
UPDATE dataset SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
UPDATE dataset SET removed = strftime('%Y-%m-%d %H:%M:%f', removed)
  WHERE removed GLOB '????-??-??T??:??:??Z' AND julianday(removed) IS NOT NULL;
UPDATE run SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
UPDATE run SET finished = strftime('%Y-%m-%d %H:%M:%f', finished)
  WHERE finished GLOB '????-??-??T??:??:??Z' AND julianday(finished) IS NOT NULL;
UPDATE attempt SET started = strftime('%Y-%m-%d %H:%M:%f', started)
  WHERE started GLOB '????-??-??T??:??:??Z' AND julianday(started) IS NOT NULL;
UPDATE attempt SET ended = strftime('%Y-%m-%d %H:%M:%f', ended)
  WHERE ended GLOB '????-??-??T??:??:??Z' AND julianday(ended) IS NOT NULL;
UPDATE checkpoint SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
UPDATE eval SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
UPDATE tag SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
UPDATE note SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
UPDATE event SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
UPDATE sweep SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
UPDATE cell SET finished = strftime('%Y-%m-%d %H:%M:%f', finished)
  WHERE finished GLOB '????-??-??T??:??:??Z' AND julianday(finished) IS NOT NULL;
UPDATE trash SET created = strftime('%Y-%m-%d %H:%M:%f', created)
  WHERE created GLOB '????-??-??T??:??:??Z' AND julianday(created) IS NOT NULL;
