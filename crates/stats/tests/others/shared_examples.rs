//! The numbers of this crate against the results of real packages (scikit-learn, pROC, Evidently) that lie beside the
//! repository, in `../shared/data/reference-examples`.

use galen_stats::{Cases, CategoryCounts, Level, Sample, SortedNumbers, drift, metric};
use serde_json::Value;

#[test]
fn the_area_of_wdbc_has_the_delong_interval_of_proc() {
    let table = Table::read("eval/wdbc-delong/data.csv");
    let truth = table
        .column("diagnosis")
        .iter()
        .map(|&name| name == "malignant")
        .collect();
    let cases =
        Cases::new(truth, table.numbers("concavity_mean"), None, None).expect("well-formed");
    let estimate = metric::by_id("auroc")
        .expect("listed")
        .estimate(&cases, Level::DEFAULT)
        .expect("both classes");
    let expected = checks("eval/wdbc-delong/case.json");
    for (end, found) in [
        ("value", estimate.value),
        ("low", estimate.low),
        ("high", estimate.high),
    ] {
        near(
            end,
            found,
            want(&expected, &format!("overall.metrics.auroc.{end}")),
            1e-9,
        );
    }
}

#[test]
fn icu_deaths_have_the_metrics_of_scikit_learn_in_all_and_by_sex() {
    let table = Table::read("eval/icu-groups/data.csv");
    let truth = table
        .column("death")
        .iter()
        .map(|&death| death == "1")
        .collect();
    let all = Cases::new(truth, table.numbers("score"), Some(0.2), None).expect("well-formed");
    let sex = table.column("sex");
    let expected = checks("eval/icu-groups/case.json");
    let mut compared = 0;
    for metric in metric::METRICS {
        let id = metric.about().id;
        for (place, cases) in [
            ("overall".to_owned(), all.clone()),
            ("groups[by/sex=F]".to_owned(), all.filter(|i| sex[i] == "F")),
            ("groups[by/sex=M]".to_owned(), all.filter(|i| sex[i] == "M")),
        ] {
            let estimate = metric
                .estimate(&cases, Level::DEFAULT)
                .expect("both classes");
            let ends = [
                ("value", estimate.value),
                ("low", estimate.low),
                ("high", estimate.high),
            ];
            for (end, found) in ends {
                let path = format!("{place}.metrics.{id}.{end}");
                if let Some(wanted) = find(&expected, &path) {
                    near(&path, found, wanted, 1e-9);
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 3 * 20 + 4);
}

#[test]
fn men_and_women_of_whas_drift_as_evidently_says() {
    let mut compared = 0;
    for (folder, columns) in [
        (
            "drift/whas-defaults",
            [("age", "ks"), ("sysbp", "ks"), ("shock", "z")].as_slice(),
        ),
        (
            "drift/whas-ks-psi",
            &[
                ("age", "ks"),
                ("hr", "psi"),
                ("bmi", "wasserstein"),
                ("shock", "jensenshannon"),
            ],
        ),
    ] {
        let reference = Table::read(&format!("{folder}/reference.csv"));
        let current = Table::read(&format!("{folder}/current.csv"));
        let expected = checks(&format!("{folder}/case.json"));
        for &(column, id) in columns {
            let test = drift::by_id(id).expect("listed");
            let found = if column == "shock" {
                let (a, b) = (reference.categories(column), current.categories(column));
                test.test(&Sample::Categories(&a), &Sample::Categories(&b), 0)
            } else {
                let (a, b) = (reference.sorted(column), current.sorted(column));
                test.test(&Sample::Numbers(&a), &Sample::Numbers(&b), 0)
            };
            let found = found.expect("good samples");
            for (name, number) in [("statistic", found.statistic), ("p_value", found.p_value)] {
                let path = format!("columns[name={column}].{name}");
                if let (Some(number), Some(wanted)) = (number, find(&expected, &path)) {
                    near(&path, Some(number), wanted, 1e-9);
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 2 * 4 + 3);
}

/// A small CSV without quotes; rows with a missing value are not in these files.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(name: &str) -> Table {
        let text = shared(name);
        let mut lines = text
            .lines()
            .map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
        Table {
            header: lines.next().expect("a header"),
            rows: lines.collect(),
        }
    }

    fn categories(&self, name: &str) -> CategoryCounts {
        CategoryCounts::of(self.column(name))
    }

    fn column(&self, name: &str) -> Vec<&str> {
        let place = self
            .header
            .iter()
            .position(|column| column == name)
            .expect("the column is there");
        self.rows
            .iter()
            .map(|row| row[place].as_str())
            .filter(|cell| !cell.is_empty())
            .collect()
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.column(name)
            .iter()
            .map(|cell| cell.parse().expect("a number"))
            .collect()
    }

    fn sorted(&self, name: &str) -> SortedNumbers {
        SortedNumbers::of(&self.numbers(name)).expect("finite")
    }
}

fn shared(name: &str) -> String {
    let path = format!(
        "{}/../../../shared/data/reference-examples/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{path}: {error}; this test needs the folder `shared` with its reference examples beside the repository")
    })
}

fn checks(name: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(&shared(name)).expect("a JSON document");
    document["checks"]
        .as_array()
        .expect("a list of checks")
        .clone()
}

fn find(checks: &[Value], path: &str) -> Option<f64> {
    checks.iter().find(|check| check["path"] == path)?["want"].as_f64()
}

fn want(checks: &[Value], path: &str) -> f64 {
    find(checks, path).unwrap_or_else(|| panic!("no check of {path}"))
}

fn near(what: &str, found: Option<f64>, wanted: f64, relative: f64) {
    let found = found.unwrap_or_else(|| panic!("{what} is undefined"));
    // 2 (1 - cdf) as Evidently computes it loses what lies under 1e-15.
    assert!(
        (found - wanted).abs() <= relative * wanted.abs() + 1e-15,
        "{what}: found {found:e}, expected {wanted:e}"
    );
}
