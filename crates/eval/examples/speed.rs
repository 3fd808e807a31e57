//! How long evaluations take on data in memory, one JSON line a case, as the scripts of the peers do:
//! `speed SCORES_1000000.csv SCORES_100000.csv`, tables with y, p, group and patient.

use std::error::Error;
use std::time::Instant;

use galen_eval::{Columns, Settings, binary};
use galen_stats::interval::bootstrap;
use galen_stats::metric::by_id;
use galen_stats::{Cases, Level};
use galen_table::{ReadOptions, Table};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let mut read = || -> Result<Table, Box<dyn Error>> {
        let path = args.next().ok_or("speed LARGE.csv SMALL.csv")?;
        Ok(Table::read_csv(
            &std::fs::read(path)?,
            &ReadOptions::default(),
        )?)
    };
    let (large, small) = (read()?, read()?);
    let auroc = by_id("auroc").ok_or("no auroc")?;
    let all = cases(&large, false)?;
    timed("AUC with DeLong interval", large.rows(), 5, || {
        format!("{:?}", auroc.estimate(&all, Level::DEFAULT))
    });
    for (name, clustered) in [
        ("bootstrap AUC, 2000 resamples", false),
        ("by patient", true),
    ] {
        let some = cases(&small, clustered)?;
        timed(name, small.rows(), 3, || {
            format!("{:?}", bootstrap(auroc, &some, 2_000, 1, Level::DEFAULT))
        });
    }
    let columns = Columns {
        truth: "y".into(),
        score: Some("p".into()),
        threshold: Some(0.5),
        groups: vec!["group".into()],
        cluster: Some("patient".into()),
        ..Columns::default()
    };
    let metrics = [
        "accuracy",
        "sensitivity",
        "specificity",
        "ppv",
        "alert_rate",
        "f1",
    ];
    let settings = Settings {
        metrics: metrics.map(str::to_owned).to_vec(),
        method: galen_stats::interval::Method::by_id("bootstrap_percentile"),
        ..Settings::default()
    };
    timed(
        "6 metrics by 12 groups, 2000 resamples of patients",
        small.rows(),
        3,
        || {
            let found = binary::evaluate(&small, &columns, &settings);
            format!("{:?}", found.map(|found| found.groups.len()))
        },
    );
    Ok(())
}

fn cases(table: &Table, clustered: bool) -> Result<Cases, Box<dyn Error>> {
    let numbers = |name: &str| -> Result<Vec<f64>, Box<dyn Error>> {
        Ok(table
            .numbers(name)?
            .into_iter()
            .map(|one| one.unwrap_or(f64::NAN))
            .collect())
    };
    let truth = numbers("y")?.into_iter().map(|y| y == 1.0).collect();
    let mut known = std::collections::HashMap::new();
    let patients = table.texts("patient")?.into_iter().map(|patient| {
        let next = known.len() as u32;
        *known.entry(patient).or_insert(next)
    });
    let patients: Vec<u32> = patients.collect();
    Ok(Cases::new(
        truth,
        numbers("p")?,
        None,
        clustered.then_some(patients),
    )?)
}

fn timed(name: &str, rows: usize, repeats: usize, run: impl Fn() -> String) {
    let mut best = f64::MAX;
    let mut result = String::new();
    for _ in 0..repeats {
        let start = Instant::now();
        result = run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    let shown: String = result.chars().take(140).collect();
    println!(
        "{{\"tool\":\"galen\",\"case\":\"{name}, {rows} rows\",\"seconds\":{best:.4},\"result\":{shown:?}}}"
    );
}
