"""The survey on a cluster: Spark hands out pieces of logs and brings cells of one address together.

Each executor reads its pieces with the very code of the other engine (`scan.py`, in a DuckDB of its
own) and locates addresses with the same kernel, so both engines give the same rows. `pyspark` is an
extra and is imported only when a cluster is asked for (`start.py`).
"""
