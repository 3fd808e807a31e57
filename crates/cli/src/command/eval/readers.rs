//! `galen eval readers`: a reader study.

use galen_eval::readers::{Readings, Study, evaluate};
use galen_stats::readers::Covariances;
use serde_json::json;

use super::{failure, level_of};
use crate::args::{CovarianceWord, EvalReaders};
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::{estimate, number, table};

pub fn readers(args: &EvalReaders, place: &Place) -> Result<Report, Failure> {
    let level = level_of(args.level)?;
    let read = table_in(&place.path(&args.what), &args.reading)?;
    if args.cluster.is_some() && args.covariance == CovarianceWord::Jackknife {
        return Err(Failure::usage(
            "covariance",
            "leaving out single cases takes each for a patient of its own",
            "leave --covariance out: DeLong's covariances count patients",
        ));
    }
    let columns = Readings {
        truth: args.truth.clone(),
        rating: args.rating.clone(),
        reader: args.reader.clone(),
        test: args.test.clone(),
        case: args.case.clone(),
        cluster: args.cluster.clone(),
        positive: args.positive.clone(),
        covariances: match args.covariance {
            CovarianceWord::Delong => Covariances::Delong,
            CovarianceWord::Jackknife => Covariances::Jackknife,
        },
    };
    let study = evaluate(&read, &columns, level).map_err(|error| failure(&error))?;
    let text = in_words(&study);
    Ok(Report::new("eval readers", json!(study), text))
}

fn p(value: Option<f64>) -> String {
    value.map_or("not defined".to_owned(), number)
}

fn in_words(study: &Study) -> String {
    let found = &study.found;
    let mut lines = vec![format!(
        "{} readers read {} cases ({} diseased) with {} tests.",
        study.readers.len(),
        study.cases,
        study.positives,
        study.tests.len()
    )];
    let mut heads = vec!["area"];
    heads.extend(study.readers.iter().map(String::as_str));
    heads.push("readers and cases like these");
    let rows: Vec<Vec<String>> = study
        .tests
        .iter()
        .enumerate()
        .map(|(at, test)| {
            let mut row = vec![test.clone()];
            row.extend(found.areas[at].iter().map(|area| number(*area)));
            row.push(estimate(&found.tests[at]));
            row
        })
        .collect();
    lines.push(table(&heads, &rows));
    for one in &found.differences {
        let [a, b] = one.of.map(|at| study.tests[at].as_str());
        lines.push(format!(
            "{a} less {b}: {}, p {} for readers and cases like these; p {} for these readers.",
            estimate(&one.readers_and_cases),
            p(one.p_value),
            p(one.cases_only_p_value)
        ));
    }
    lines.join("\n")
}
