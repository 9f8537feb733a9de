-- How often the agent ended without a word while the job ran: what does that each time is not begun for ever.
ALTER TABLE job ADD COLUMN n_deaths INTEGER NOT NULL DEFAULT 0;
