"""A table of many columns of numbers, in row groups of 100,000 rows: gen_wide.py --rows 3000000 --columns 1000 --seed 1 --out wide.parquet"""
import argparse

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GROUP = 100_000
p = argparse.ArgumentParser()
p.add_argument("--rows", type=int, default=3_000_000)
p.add_argument("--columns", type=int, default=1000)
p.add_argument("--seed", type=int, default=1)
p.add_argument("--shift", type=float, default=0.0, help="added to every tenth column")
p.add_argument("--out", required=True)
a = p.parse_args()
names = [f"x{i:04d}" for i in range(a.columns)]
schema = pa.schema([(name, pa.float64()) for name in names])
with pq.ParquetWriter(a.out, schema, compression="snappy") as writer:
    for group in range(a.rows // GROUP):
        g = np.random.Generator(np.random.PCG64([a.seed, group]))
        # Columns are turns of a few draws: what they cost to read does not depend on it.
        draws = [np.round(g.normal(0, 1, GROUP), 2) for _ in range(10)]
        arrays = [pa.array(np.roll(draws[i % 10], 97 * i) + (a.shift if i % 10 == 0 else 0.0)) for i in range(a.columns)]
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
