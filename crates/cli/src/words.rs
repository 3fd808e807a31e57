//! How numbers and rows look on a terminal.

use galen_control::judge::{CriterionResult, Declared, Outcome};
use galen_stats::Estimate;

/// `0.94 (0.91–0.96), n 412`, or why there is no number.
pub fn estimate(estimate: &Estimate) -> String {
    let Some(value) = estimate.value else {
        return format!(
            "not reported ({})",
            estimate
                .why
                .as_deref()
                .unwrap_or("no value")
                .trim_end_matches('.')
        );
    };
    let interval = match (estimate.low, estimate.high) {
        // A dash would read as a minus sign.
        (Some(low), Some(high)) if low < 0.0 => format!(" ({} to {})", number(low), number(high)),
        (Some(low), Some(high)) => format!(" ({}–{})", number(low), number(high)),
        _ => String::new(),
    };
    format!("{}{interval}, n {}", number(value), estimate.n)
}

/// Three decimals; very small ones by their exponent.
pub fn number(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.0005 {
        format!("{value:.0e}")
    } else {
        format!("{value:.3}")
    }
}

/// One line a criterion.
pub fn criterion(result: &CriterionResult) -> String {
    let kind = if result.required {
        "required"
    } else {
        "descriptive"
    };
    let outcome = match result.result {
        Outcome::Pass => "pass",
        Outcome::Fail => "FAIL",
        Outcome::Inconclusive => "inconclusive",
        Outcome::Reported => "reported",
        Outcome::NotApplicable => "not applicable",
    };
    let declared = if result.declared == Declared::PostHoc {
        " post hoc"
    } else {
        ""
    };
    format!(
        "  {outcome:<14} {:<28} {:<24} {} [{kind}{declared}]",
        result.id,
        result.rule.to_string(),
        estimate(&result.estimate)
    )
}

/// Rows under headings, aligned; without headings only rows.
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut all: Vec<Vec<String>> = vec![
        headings
            .iter()
            .map(|heading| (*heading).to_owned())
            .collect(),
    ];
    all.extend(rows.iter().cloned());
    let columns = all.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        all.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns)
        .map(|column| width(column).unwrap_or_default())
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    all.iter().map(line).collect::<Vec<String>>().join("\n")
}

/// The first letters of a digest, enough for a person to compare.
pub fn short(digest: &galen_store::Digest) -> String {
    format!("sha256:{}…", &digest.hex()[..12])
}

/// A count alone where the estimate is one, else as [`estimate`].
pub fn estimate_or_count(one: &Estimate) -> String {
    match one.value {
        Some(value) if one.method == "count" => format!("{value} of {}", one.n),
        _ => estimate(one),
    }
}

/// What is wrong with the arguments, on one line, and what to do, from what the parser says in several.
pub fn mistake(said: &str) -> (String, String) {
    let starting = |start: &'static str| {
        said.lines()
            .filter_map(move |line| line.trim_start().strip_prefix(start))
    };
    let first: Vec<&str> = said.lines().take_while(|line| !line.is_empty()).collect();
    let message = match first.as_slice() {
        [error, more @ ..] if error.starts_with("error: ") => {
            let more: Vec<&str> = more.iter().map(|line| line.trim()).collect();
            format!("{} {}", &error["error: ".len()..], more.join(", "))
        }
        // The parser answers a command that needs another one with its help.
        _ => {
            let commands = said.lines().skip_while(|line| *line != "Commands:").skip(1);
            let commands: Vec<&str> = commands
                .take_while(|line| !line.is_empty())
                .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
                .filter_map(|line| line.split_whitespace().next())
                .collect();
            format!("a command is missing: {}", commands.join(", "))
        }
    };
    let mut help: Vec<String> = starting("tip: ").map(str::to_owned).collect();
    help.extend(starting("Usage: ").map(|usage| format!("usage: {usage}")));
    if help.is_empty() {
        help.push("see galen --help".to_owned());
    }
    (message.trim_end().to_owned(), help.join("; "))
}
