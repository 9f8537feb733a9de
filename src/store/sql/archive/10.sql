-- What a person said that a report is about; 0: its numbers say.
ALTER TABLE report ADD COLUMN matched_entry_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE report ADD COLUMN matched_by TEXT NOT NULL DEFAULT '';
CREATE INDEX report_by_hand ON report (matched_entry_id) WHERE matched_entry_id <> 0;
