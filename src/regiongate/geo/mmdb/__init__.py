"""MaxMind DB (format 2.0) over NumPy: whole databases read and written as array work."""

from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.mmdb.path import BadPath, FieldPath
from regiongate.geo.mmdb.path import parse as parse_path
from regiongate.geo.mmdb.pick import Picked
from regiongate.geo.mmdb.reader import MmdbTable, read
from regiongate.geo.mmdb.writer import encode

__all__ = [
    "BadPath",
    "FieldPath",
    "MmdbError",
    "MmdbTable",
    "Picked",
    "encode",
    "parse_path",
    "read",
]
