CREATE TABLE person_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, alias TEXT NOT NULL) STRICT;
INSERT INTO person_new SELECT id, name, ifnull (alias, 'none') FROM person;
DROP TABLE person;
ALTER TABLE person_new RENAME TO person;
