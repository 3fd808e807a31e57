"""What Great Expectations itself answers to queries: `ask.py SUITE.json` prints one JSON document, as `run.py` of
crates/table/tests/reference/gx does, whose tables and packages are used here.

The data source of the batch holds `data`, which is validated, and `gbsg2`; the data source `elsewhere` holds `visits`, the
same table as `data`, and `gbsg2`. Both are SQLite.
"""

import json
import pathlib
import sys
import tempfile

TABLES = pathlib.Path(__file__).resolve().parents[5] / "crates/table/tests/reference/gx"
sys.path.insert(0, str(TABLES))

from run import answer, gx, pd  # noqa: E402


def source(context, name, folder, tables):
    import sqlalchemy

    url = f"sqlite:///{folder}/{name}.db"
    for table, file in tables.items():
        pd.read_csv(TABLES / file).to_sql(table, sqlalchemy.create_engine(url), index=False)
    return context.data_sources.add_sqlite(name, connection_string=url)


def answers(suite):
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    with tempfile.TemporaryDirectory() as folder:
        own = source(context, "own", folder, {"data": "visits.csv", "gbsg2": "gbsg2.csv"})
        source(context, "elsewhere", folder, {"visits": "visits.csv", "gbsg2": "gbsg2.csv"})
        asset = own.add_table_asset("asset", table_name="data")
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
        return [answer(batch, expectation) for expectation in suite["expectations"]]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        asked = json.load(file)
    out = sys.stdout
    # Great Expectations prints advice about queries.
    sys.stdout = sys.stderr
    got = answers(asked)
    print(json.dumps(got), file=out)
