//! `galen data drift`.

mod page;

use std::path::Path;

use galen_stats::{AgainstMargin, Multiplicity, multiplicity::MULTIPLICITIES};
use galen_table::drift::{
    Against, Calendar, ColumnDrift, DriftError, DriftOptions, DriftReport, Split, drift_scans, rows,
};
use galen_table::profile::ProfileState;
use serde_json::json;

use super::data_profile::{is_stored, read_stored};
use crate::args::{DataDrift, WindowWord};
use crate::outside::{must_be_page, write_file};
use crate::place::Place;
use crate::reading::{Broken, Opened, not_scanned, pace, scan_in};
use crate::report::{Failure, Report};
use crate::words::{number, table};

pub fn compare(args: &DataDrift, place: &Place) -> Result<Report, Failure> {
    let options = options(args)?;
    must_be_page(args.out.as_deref())?;
    let split = split(args);
    let (old, new) = (place.path(&args.reference), place.path(&args.current));
    let reference = Side::open(&args.reference, args, place)?;
    let current = Side::open(&args.current, args, place)?;
    let failed = |error| match error {
        DriftError::Scan(true, error) => not_scanned(&old, &error),
        DriftError::Scan(false, error) => not_scanned(&new, &error),
        other => Failure::usage("drift", other.to_string(), "correct the columns or tests"),
    };
    let (a, b) = (reference.against(), current.against());
    let report =
        drift_scans(a, b, &options, split.as_ref(), pace(&args.reading)).map_err(failed)?;
    let mut document = json!(report);
    let mut text = in_words(&report, &options);
    let mut whole_rows = None;
    if let (true, Against::Rows(a), Against::Rows(b)) = (args.rows, a, b) {
        let names: Vec<String> = report
            .columns
            .iter()
            .map(|column| column.name.clone())
            .filter(|name| Some(name) != args.id.as_ref())
            .collect();
        let found = rows::compare(a, b, &names, args.id.as_deref(), &options).map_err(failed)?;
        text.push_str(&rows_in_words(&found));
        document["rows"] = json!(found);
        whole_rows = Some(found);
    }
    if let Some(out) = &args.out {
        let names = [&args.reference, &args.current].map(|path| path.display().to_string());
        let names = [names[0].as_str(), names[1].as_str()];
        let html = page::page(&report, whole_rows.as_ref(), names, &rule(&options));
        write_file(&place.path(out), html.as_bytes())?;
    }
    document["settings"] = json!({
        "alpha": options.alpha,
        "multiplicity": options.multiplicity.id(),
        "margin": options.margin,
        "drift_share": options.share,
        "seed": options.seed,
    });
    let ok = !report.dataset.drifted && !report.dataset.inconclusive;
    document["ok"] = json!(ok);
    let broken = reference.broken().chain(current.broken());
    let broken: Vec<_> = broken.cloned().collect();
    let report = Report::new("data drift", document, text).judged(ok);
    Ok(report.without(&broken, args.reading.skip_bad))
}

/// One of the two tables.
enum Side {
    Rows(Opened),
    Profile(Box<ProfileState>),
}

impl Side {
    fn open(file: &Path, args: &DataDrift, place: &Place) -> Result<Self, Failure> {
        if !is_stored(file) {
            return Ok(Side::Rows(scan_in(&place.path(file), &args.reading, &[])?));
        }
        if args.rows {
            return Err(Failure::usage(
                "usage",
                format!(
                    "--rows compares whole rows, and {} is a profile, which has none",
                    file.display()
                ),
                "give the table itself, or leave --rows out",
            ));
        }
        Ok(Side::Profile(Box::new(read_stored(file, place)?)))
    }

    fn against(&self) -> Against<'_> {
        match self {
            Side::Rows(opened) => Against::Rows(opened.scan.as_ref()),
            Side::Profile(profile) => Against::Profile(profile),
        }
    }

    /// Files that could not be read.
    fn broken(&self) -> impl Iterator<Item = &Broken> {
        match self {
            Side::Rows(opened) => opened.broken.iter(),
            Side::Profile(_) => [].iter(),
        }
    }
}

fn options(args: &DataDrift) -> Result<DriftOptions, Failure> {
    if let Some(alpha) = args.alpha.filter(|alpha| !(*alpha > 0.0 && *alpha < 1.0)) {
        return Err(Failure::usage(
            "alpha",
            format!("--alpha {alpha} is no level: it lies between 0 and 1"),
            "write a number such as --alpha 0.05",
        ));
    }
    if !(args.drift_share > 0.0 && args.drift_share <= 1.0) {
        return Err(Failure::usage(
            "drift_share",
            format!("--drift-share {} is no share of columns", args.drift_share),
            "write a number above 0 and up to 1, such as --drift-share 0.5",
        ));
    }
    if let Some(margin) = args
        .margin
        .filter(|margin| !(*margin > 0.0 && margin.is_finite()))
    {
        return Err(Failure::usage(
            "margin",
            format!("--margin {margin} is no margin: it is above 0"),
            "write a number such as --margin 0.1",
        ));
    }
    let multiplicity = Multiplicity::by_id(&args.multiplicity).ok_or_else(|| {
        let known: Vec<_> = MULTIPLICITIES.iter().map(|way| way.id()).collect();
        Failure::usage(
            "multiplicity",
            format!("there is no way `{}` to adjust p-values", args.multiplicity),
            format!("use one of {}", known.join(", ")),
        )
    })?;
    let mut options = DriftOptions {
        alpha: args.alpha,
        multiplicity,
        margin: args.margin,
        share: args.drift_share,
        columns: args.columns.clone(),
        without: args.without.clone(),
        seed: args.seed,
        ..DriftOptions::default()
    };
    for one in &args.tests {
        let Some((column, test)) = one.rsplit_once('=') else {
            return Err(Failure::usage(
                "usage",
                format!("`{one}` is not COLUMN=TEST"),
                "write --test age=ks",
            ));
        };
        let (test, threshold) = match test.split_once(':') {
            None => (test, None),
            Some((test, threshold)) => {
                let threshold = threshold
                    .parse()
                    .ok()
                    .filter(|value: &f64| value.is_finite());
                let threshold = threshold.ok_or_else(|| {
                    Failure::usage(
                        "usage",
                        format!("`{one}` has no number behind its colon"),
                        "write --test age=wasserstein:0.2",
                    )
                })?;
                (test, Some(threshold))
            }
        };
        options.tests.insert(column.to_owned(), test.to_owned());
        if let Some(threshold) = threshold {
            options.thresholds.insert(column.to_owned(), threshold);
        }
    }
    Ok(options)
}

fn split(args: &DataDrift) -> Option<Split> {
    let every = match args.window {
        WindowWord::Day => Calendar::Day,
        WindowWord::Week => Calendar::Week,
        WindowWord::Month => Calendar::Month,
        WindowWord::Quarter => Calendar::Quarter,
        WindowWord::Year => Calendar::Year,
    };
    let column = args.time.clone();
    let windows = column.map(|column| Split::Windows { column, every });
    windows.or(args.by.clone().map(Split::By))
}

fn in_words(report: &DriftReport, options: &DriftOptions) -> String {
    let head = ["column", "test", "statistic", "p", "effect", ""];
    let lines: Vec<_> = report.columns.iter().map(line).collect();
    let mut text = format!(
        "{} of {} columns drifted{}.\n{}",
        report.dataset.columns_drifted,
        report.dataset.columns,
        match options.margin {
            Some(margin) => format!(" by more than {margin}"),
            None => String::new(),
        } + &undecided(report),
        table(&head, &lines)
    );
    if !report.groups.is_empty() {
        let lines: Vec<_> = report
            .groups
            .iter()
            .map(|group| {
                let by = group
                    .by
                    .iter()
                    .map(|(column, value)| format!("{column} {value}"));
                let drifted = group
                    .columns
                    .iter()
                    .filter(|column| column.drifted == Some(true));
                let drifted: Vec<_> = drifted.map(|column| column.name.as_str()).collect();
                vec![
                    by.collect::<Vec<_>>().join(", "),
                    group
                        .columns
                        .first()
                        .map_or(0, |c| c.current.n + c.current.missing)
                        .to_string(),
                    format!(
                        "{} of {}",
                        group.dataset.columns_drifted, group.dataset.columns
                    ),
                    drifted.join(" "),
                ]
            })
            .collect();
        text.push_str(&format!(
            "\n\n{}",
            table(&["group", "rows", "drifted", ""], &lines)
        ));
    }
    for note in notes(report) {
        text.push_str(&format!("\n{note}"));
    }
    for (columns, file) in [
        (&report.only_in_reference, "reference"),
        (&report.only_in_current, "current"),
    ] {
        if !columns.is_empty() {
            text.push_str(&format!(
                "\nOnly in the {file} file, so not compared: {}.",
                columns.join(", ")
            ));
        }
    }
    text
}

/// What is to be known of a comparison beside its numbers.
fn notes(report: &DriftReport) -> Vec<String> {
    let left_out = report.left_out.iter();
    let left_out = left_out.map(|column| format!("{} ({})", column.name, column.why));
    let left_out: Vec<_> = left_out.collect();
    let left_out = (!left_out.is_empty()).then(|| {
        let names = left_out.join(", ");
        format!("Not compared: {names}. With --column they are.")
    });
    let errors = report.columns.iter();
    let errors = errors.filter_map(|column| column.reference.rank_error);
    let rank_error = errors.reduce(f64::max).map(|error| {
        let error = number(error * 100.0);
        format!("The stored profile knows the ranks of numbers to {error} % of all values.")
    });
    left_out.into_iter().chain(rank_error).collect()
}

/// How many columns are not decided, and whether they could turn the judgement.
fn undecided(report: &DriftReport) -> String {
    match (
        report.dataset.columns_undecided,
        report.dataset.inconclusive,
    ) {
        (0, _) => String::new(),
        (n, false) => format!(", {n} not decided"),
        (n, true) => format!(", {n} not decided: inconclusive"),
    }
}

fn line(column: &ColumnDrift) -> Vec<String> {
    let shown = |value: Option<f64>| value.map(number).unwrap_or_default();
    let effect = column.effect.as_ref().map(|effect| {
        let estimate = &effect.estimate;
        let interval = match (estimate.low, estimate.high) {
            (Some(low), Some(high)) => format!(" ({} to {})", number(low), number(high)),
            _ => String::new(),
        };
        format!("{} {}{interval}", effect.id, shown(estimate.value))
    });
    vec![
        column.name.clone(),
        column.test.to_owned(),
        shown(column.statistic),
        shown(column.p_adjusted.or(column.p_value)),
        effect.unwrap_or_default(),
        judgement(column),
    ]
}

/// What is judged of a column, in words.
fn judgement(column: &ColumnDrift) -> String {
    let effect = column.effect.as_ref();
    let straddles =
        effect.and_then(|effect| effect.against_margin) == Some(AgainstMargin::Straddles);
    match column.drifted {
        Some(true) => "drifted".to_owned(),
        Some(false) => String::new(),
        None if straddles => "not decided: the interval lies on both sides".to_owned(),
        None => {
            let why = column.why.clone().unwrap_or_default();
            format!("not decided: {}", why.trim_end_matches('.'))
        }
    }
}

/// By what rule the table has drifted.
fn rule(options: &DriftOptions) -> String {
    let column = match options.margin {
        Some(margin) => {
            format!(
                "A column has drifted when the whole interval of its effect lies beyond {margin}"
            )
        }
        None => format!(
            "A column has drifted when its test says so (p below {}, adjusted by {}; or a distance above its threshold)",
            options
                .alpha
                .map_or("the test's own level".to_owned(), |alpha| alpha.to_string()),
            options.multiplicity.id()
        ),
    };
    format!(
        "{column}; the table when a share of {} of its columns has.",
        options.share
    )
}

fn rows_in_words(found: &rows::RowsDrift) -> String {
    let told = match &found.auc {
        Some(auc) => format!(
            "A classifier tells the rows apart with an AUC of {}",
            crate::words::estimate(auc)
        ),
        None => format!(
            "No classifier could be tried: {}",
            found
                .why
                .as_deref()
                .unwrap_or_default()
                .trim_end_matches('.')
        ),
    };
    let drivers = found
        .drivers
        .iter()
        .filter(|driver| driver.importance > 0.0)
        .take(5);
    let drivers: Vec<_> = drivers
        .map(|driver| format!("{} ({})", driver.column, number(driver.importance)))
        .collect();
    format!(
        "\n\n{told}, on {} and {} drawn rows (seed {}).{}",
        found.rows[0],
        found.rows[1],
        found.seed,
        if drivers.is_empty() {
            String::new()
        } else {
            format!(" What drove it: {}.", drivers.join(", "))
        }
    )
}
