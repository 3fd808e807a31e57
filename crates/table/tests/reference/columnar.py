"""Small Parquet and Arrow files for galen-table: `python columnar.py` writes them beside it (pyarrow 26)."""

import datetime
import pathlib

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent

table = pa.table({
    "age": pa.array([70, 81, None, 64], pa.int64()),
    "score": pa.array([0.25, float("nan"), 1e-7, None], pa.float64()),
    "site": pa.array(["north", "south", "north", None]).dictionary_encode(),
    "code": pa.array(["007", "12", "", "3"]),
    "seen": pa.array([datetime.date(2009, 2, 1), None, datetime.date(1999, 12, 31), datetime.date(2000, 1, 1)]),
    "flag": pa.array([True, False, None, True]),
})
pq.write_table(table, HERE / "people.parquet", compression="snappy")
pq.write_table(table, HERE / "people_zstd.parquet", compression="zstd", row_group_size=3)
feather.write_feather(table, str(HERE / "people.feather"), compression="lz4")
with pa.OSFile(str(HERE / "people_stream.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table, max_chunksize=3)
pq.write_table(pa.table({"a": [[1, 2], [3]]}), HERE / "nested.parquet")
