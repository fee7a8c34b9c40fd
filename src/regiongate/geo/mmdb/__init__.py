"""MaxMind DB (format 2.0) over NumPy: whole databases read and written as array work."""

from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.mmdb.reader import MmdbTable, read
from regiongate.geo.mmdb.writer import encode

__all__ = ["MmdbError", "MmdbTable", "encode", "read"]
