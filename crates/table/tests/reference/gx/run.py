"""What Great Expectations itself answers: `run.py DATA.csv SUITE.json [pandas|sqlite]` prints one JSON document.

Each expectation of the suite is asked by itself, in the order of the file. An answer is
`{"success", "raised", "result"}`, or `{"refused": message}` if the suite is not one that Great Expectations accepts.
`sqlite` is for what its pandas engine does not do: LIKE patterns, conditions in its own grammar, other tables.
"""

import json
import logging
import math
import os
import sys
import warnings

os.environ["GX_ANALYTICS_ENABLED"] = "false"
warnings.simplefilter("ignore")

from importlib.metadata import PackageNotFoundError, version  # noqa: E402


def check_versions():
    """Other versions answer otherwise: pandas 3 has another type for texts."""
    listed = os.path.join(os.path.dirname(os.path.abspath(__file__)), "requirements.txt")
    asked = dict(line.strip().split("==") for line in open(listed, encoding="utf-8") if "==" in line)
    for name in ("great_expectations", "pandas", "SQLAlchemy", "python-dateutil"):
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "no version"
        if found != asked[name]:
            sys.exit(f"{name} {asked[name]} is asked for and {found} is here: pip install -r {listed}")


check_versions()

import great_expectations as gx  # noqa: E402
import pandas as pd  # noqa: E402
from great_expectations.expectations.registry import get_expectation_impl  # noqa: E402

logging.disable(logging.CRITICAL)
if __name__ == "__main__":
    sys.stderr = open(os.devnull, "w")  # progress bars

KEPT = (
    "element_count",
    "unexpected_count",
    "unexpected_percent",
    "missing_count",
    "observed_value",
)
SHOWN = 5


def plain(value):
    """The value as JSON has it; what is not finite is null, as galen writes it."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def batch(data, engine):
    frame = pd.read_csv(data)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    if engine == "pandas":
        source = context.data_sources.add_pandas("source").add_dataframe_asset("asset")
        return source.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    import sqlalchemy

    path = os.path.join("/tmp", f"gx-{os.getpid()}.db")
    frame.to_sql("data", sqlalchemy.create_engine(f"sqlite:///{path}"), index=False, if_exists="replace")
    source = context.data_sources.add_sqlite("source", connection_string=f"sqlite:///{path}")
    asset = source.add_table_asset("asset", table_name="data")
    return asset.add_batch_definition_whole_table("whole").get_batch()


def answer(of, expectation):
    try:
        kwargs = dict(expectation["kwargs"])
        asked = get_expectation_impl(expectation["type"])(**kwargs)
    except Exception as error:
        return {"refused": str(error).splitlines()[-1][:200]}
    try:
        got = of.validate(asked, result_format={"result_format": "COMPLETE"})
    except Exception as error:
        return {"success": False, "raised": True, "why": str(error).splitlines()[0][:200], "result": {}}
    result = {key: plain(got.result[key]) for key in KEPT if key in got.result}
    for key in ("unexpected_index_list", "partial_unexpected_list"):
        if got.result.get(key):
            result[key] = plain(list(got.result[key])[:SHOWN])
            break
    raised = bool((got.exception_info or {}).get("raised_exception")) or any(
        isinstance(info, dict) and info.get("raised_exception") for info in (got.exception_info or {}).values()
    )
    return {"success": bool(got.success), "raised": raised, "result": result}


def answers(data, suite, engine="pandas"):
    of = batch(data, engine)
    return [answer(of, expectation) for expectation in suite["expectations"]]


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:
        asked = json.load(file)
    print(json.dumps(answers(sys.argv[1], asked, *sys.argv[3:])))
