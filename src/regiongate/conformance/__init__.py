"""Whether an endpoint does what the official SDKs expect: one check per file, in one table each."""
