"""The kinds of logs, one a file, as data: how to know one, and how to read each column from it."""
