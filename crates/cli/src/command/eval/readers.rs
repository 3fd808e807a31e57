//! `galen eval readers`: a reader study.

use std::fs;
use std::path::Path;

use galen_dossier::plot::{Curve, Operating, Plot, ReaderCurve, ReadersOf};
use galen_eval::EvalError;
use galen_eval::readers::{
    AgainstModel, How, OneShotStudy, Ratings, ReaderCurves, Readings, Study, against_model, curves,
    evaluate, imrmc, model_curve, one_shot,
};
use galen_stats::readers::{Covariances, Figure};
use serde_json::json;

use super::{failure, level_of};
use crate::args::{AnalysisWord, CovarianceWord, EvalReaders, FigureWord};
use crate::outside::write_file;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::{estimate, number, table};

/// More bytes than a file of iMRMC is given.
const IMRMC_BYTES_MAX: u64 = 256 << 20;

pub fn readers(args: &EvalReaders, place: &Place) -> Result<Report, Failure> {
    let level = level_of(args.level)?;
    refuse_unfit(args)?;
    let ratings = ratings(args, place)?;
    if let Some(out) = &args.imrmc {
        let text = imrmc::write(&ratings).map_err(|error| {
            Failure::usage("imrmc", error.to_string(), "rename it in the table")
        })?;
        let path = place.path(out);
        write_file(&path, text.as_bytes())?;
    }
    let how = How {
        figure: match args.metric {
            FigureWord::Auroc => Figure::Auroc,
            FigureWord::Sensitivity => Figure::Sensitivity,
            FigureWord::Specificity => Figure::Specificity,
        },
        threshold: args.threshold,
        model_threshold: args.model_threshold,
        covariances: match args.covariance {
            CovarianceWord::Delong => Covariances::Delong,
            CovarianceWord::Jackknife => Covariances::Jackknife,
        },
    };
    let wrong = |error| failure(&error);
    if let Some(file) = &args.plot {
        let plot = picture(&ratings, &how).map_err(wrong)?;
        let svg = plot.svg("Readers in the plane of a ROC curve");
        write_file(&place.path(file), svg.as_bytes())?;
    }
    let (document, text) = if args.model.is_some() || args.model_reader.is_some() {
        let found = against_model(&ratings, &how, level).map_err(wrong)?;
        (json!({ "tests": found }), model_in_words(&found))
    } else if args.analysis == AnalysisWord::UStatistics {
        let study = one_shot(&ratings, level).map_err(wrong)?;
        (json!(study), one_shot_in_words(&study))
    } else {
        let study = evaluate(&ratings, &how, level).map_err(wrong)?;
        (json!(study), in_words(&study))
    };
    Ok(Report::new("eval readers", document, text))
}

fn picture(ratings: &Ratings, how: &How) -> Result<Plot, EvalError> {
    let of_test = |test: ReaderCurves| {
        let area = test.mean_area().map_or(String::new(), |area| {
            format!(", mean area {}", number(area))
        });
        let reader = |(name, (points, at))| ReaderCurve { name, points, at };
        ReadersOf {
            label: format!("{}{area}", test.test),
            mean: test.mean,
            readers: test.readers.into_iter().map(reader).collect(),
        }
    };
    let model = model_curve(ratings, how.model_threshold.or(how.threshold))?;
    let model = model.map(|(points, at)| Curve {
        label: "the model".to_owned(),
        points,
        band: Vec::new(),
        operating: at.map(|[false_positive_rate, sensitivity]| Operating {
            label: "at its threshold".to_owned(),
            false_positive_rate,
            sensitivity,
        }),
    });
    let tests = curves(ratings, how.threshold)?;
    Ok(Plot::Readers(galen_dossier::plot::Readers {
        tests: tests.into_iter().map(of_test).collect(),
        model,
    }))
}

/// What was asked and does not go together.
fn refuse_unfit(args: &EvalReaders) -> Result<(), Failure> {
    if args.cluster.is_some() && args.covariance == CovarianceWord::Jackknife {
        return Err(Failure::usage(
            "covariance",
            "leaving out single cases takes each for a patient of its own",
            "leave --covariance out: DeLong's covariances count patients",
        ));
    }
    let has_model = args.model.is_some() || args.model_reader.is_some();
    if args.analysis == AnalysisWord::UStatistics && (has_model || args.metric != FigureWord::Auroc)
    {
        return Err(Failure::usage(
            "analysis",
            "U-statistics are of areas of readers",
            "leave --analysis out, or --metric and --model",
        ));
    }
    if args.metric != FigureWord::Auroc && args.threshold.is_none() {
        return Err(Failure::usage(
            "threshold",
            "no rating is named from which on a case is called diseased",
            "name it: --threshold X",
        ));
    }
    Ok(())
}

fn ratings(args: &EvalReaders, place: &Place) -> Result<Ratings, Failure> {
    let path = place.path(&args.what);
    let is_imrmc = args.imrmc_in
        || path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("imrmc"));
    let ratings = match is_imrmc {
        true => from_imrmc(args, &path)?,
        false => {
            let columns = columns(args)?;
            let read = table_in(&path, &args.reading)?;
            Ratings::of(&read, &columns).map_err(|error| failure(&error))?
        }
    };
    match &args.model_reader {
        Some(name) => ratings.with_model(name).map_err(|error| failure(&error)),
        None => Ok(ratings),
    }
}

fn from_imrmc(args: &EvalReaders, path: &Path) -> Result<Ratings, Failure> {
    if args.model.is_some() || args.cluster.is_some() {
        return Err(Failure::usage(
            "imrmc",
            "a file of iMRMC has no column of a model or of patients",
            "name the model's reader: --model-reader NAME",
        ));
    }
    let absent = |error: std::io::Error| {
        Failure::usage(
            "file",
            format!("{}: {error}", path.display()),
            "name a file that can be read",
        )
    };
    let bytes = fs::metadata(path).map_err(absent)?.len();
    if bytes > IMRMC_BYTES_MAX {
        return Err(Failure::usage(
            "too_large",
            format!(
                "{} has {bytes} bytes; the limit is {IMRMC_BYTES_MAX}",
                path.display()
            ),
            "divide the study",
        ));
    }
    let text = fs::read_to_string(path).map_err(absent)?;
    imrmc::read(&text).map_err(|error| {
        Failure::usage(
            "imrmc",
            format!("{}: {error}", path.display()),
            "correct the line",
        )
    })
}

fn columns(args: &EvalReaders) -> Result<Readings, Failure> {
    let named = |option: &str, column: &Option<String>| {
        column.clone().ok_or_else(|| {
            Failure::usage(
                "column",
                format!("no column is named with --{option}"),
                "a table of readings needs --truth, --rating, --reader, --test and --case",
            )
        })
    };
    Ok(Readings {
        truth: named("truth", &args.truth)?,
        rating: named("rating", &args.rating)?,
        reader: named("reader", &args.reader)?,
        test: named("test", &args.test)?,
        case: named("case", &args.case)?,
        cluster: args.cluster.clone(),
        positive: args.positive.clone(),
        model: args.model.clone(),
    })
}

fn p(value: Option<f64>) -> String {
    value.map_or("not defined".to_owned(), number)
}

/// What a figure is called at the head of a table.
fn called(figure: Figure) -> &'static str {
    match figure {
        Figure::Auroc => "area",
        Figure::Sensitivity => "sensitivity",
        Figure::Specificity => "specificity",
    }
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
    let mut heads = vec![called(found.figure)];
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

fn one_shot_in_words(study: &OneShotStudy) -> String {
    let mut lines = vec![format!(
        "{} readers read {} cases ({} diseased) with {} tests, each some of them.",
        study.readers.len(),
        study.cases,
        study.positives,
        study.tests.len()
    )];
    let heads = [
        "area",
        "readers",
        "healthy",
        "diseased",
        "readers and cases like these",
        "the same by V-statistics",
    ];
    let rows: Vec<Vec<String>> = study
        .tests
        .iter()
        .zip(&study.found.means)
        .map(|(test, found)| {
            vec![
                test.clone(),
                found.readers.to_string(),
                found.healthy.to_string(),
                found.diseased.to_string(),
                estimate(&found.found.unbiased.estimate),
                estimate(&found.found.mle.estimate),
            ]
        })
        .collect();
    lines.push(table(&heads, &rows));
    for one in &study.found.differences {
        let [a, b] = one.of.map(|at| study.tests[at].as_str());
        lines.push(format!(
            "{a} less {b}: {}, p {}; by V-statistics {}, p {}.",
            estimate(&one.found.unbiased.estimate),
            p(one.found.unbiased.p_value),
            estimate(&one.found.mle.estimate),
            p(one.found.mle.p_value)
        ));
    }
    lines.join("\n")
}

fn model_in_words(tests: &[AgainstModel]) -> String {
    let heads = [
        "test",
        "readers",
        "cases",
        "diseased",
        "mean of readers",
        "model",
        "readers less model",
        "p",
    ];
    let rows: Vec<Vec<String>> = tests
        .iter()
        .map(|one| {
            vec![
                one.test.clone(),
                one.readers.len().to_string(),
                one.cases.to_string(),
                one.positives.to_string(),
                number(one.found.mean),
                number(one.found.standalone),
                estimate(&one.found.difference),
                p(one.found.p_value),
            ]
        })
        .collect();
    let figure = tests.first().map_or("area", |one| called(one.found.figure));
    format!(
        "The {figure} of readers and of the model, on the same cases.\n{}",
        table(&heads, &rows)
    )
}
