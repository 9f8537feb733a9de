INSERT INTO visit (person, what) VALUES (999, 'nobody');
