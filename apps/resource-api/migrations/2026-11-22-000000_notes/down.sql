DROP TABLE reports;
DROP TABLE notes;
