-- A dataset that was replaced and added again used to get a second row with the same name and content. Its runs and
-- cells belong to one dataset: the newest row that is not removed, or else the newest row.

UPDATE run SET dataset_id = (SELECT coalesce(max(CASE WHEN o.removed IS NULL THEN o.id END), max(o.id)) FROM dataset d
  JOIN dataset o ON o.name = d.name AND o.sha256 = d.sha256 WHERE d.id = run.dataset_id)
WHERE dataset_id IN (SELECT d.id FROM dataset d JOIN dataset o ON o.name = d.name AND o.sha256 = d.sha256 AND o.id <> d.id
  WHERE d.removed IS NOT NULL);
-- two cells of one sweep that would become the same cell stay as they are
UPDATE OR IGNORE cell SET dataset_id = (SELECT coalesce(max(CASE WHEN o.removed IS NULL THEN o.id END), max(o.id)) FROM dataset d
  JOIN dataset o ON o.name = d.name AND o.sha256 = d.sha256 WHERE d.id = cell.dataset_id)
WHERE dataset_id IN (SELECT d.id FROM dataset d JOIN dataset o ON o.name = d.name AND o.sha256 = d.sha256 AND o.id <> d.id
  WHERE d.removed IS NOT NULL);
DELETE FROM dataset WHERE removed IS NOT NULL
  AND EXISTS (SELECT 1 FROM dataset o WHERE o.name = dataset.name AND o.sha256 = dataset.sha256 AND o.id <> dataset.id)
  AND NOT EXISTS (SELECT 1 FROM run WHERE dataset_id = dataset.id)
  AND NOT EXISTS (SELECT 1 FROM cell WHERE dataset_id = dataset.id);
