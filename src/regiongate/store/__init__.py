"""What regiongate remembers: one database, SQLite or PostgreSQL, one repository for each noun.

The rules are elsewhere; what stands here is that a wrong state cannot be written.
"""
