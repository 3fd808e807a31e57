//! A profile on a terminal.

use galen_table::profile::{Associations, ColumnProfile, LabelProfile, Lifted, Profile, Told};

use crate::words::{estimate, number, table};

/// Pairs and lifts that are printed; the document has all.
const SHOWN: usize = 10;

pub fn in_words(profile: &Profile) -> String {
    let about = match (
        profile.duplicate_rows_error,
        profile.duplicate_rows_at_least,
    ) {
        (Some(error), _) => format!(" (about; standard error {error:.0})"),
        (None, true) => " within the parts".to_owned(),
        (None, false) => String::new(),
    };
    let mut text = format!(
        "{} rows, {} duplicate{about}\n{}",
        profile.rows,
        profile.duplicate_rows,
        columns(&profile.columns)
    );
    if profile
        .columns
        .iter()
        .any(|column| column.precision == Told::Sketch)
    {
        text.push_str(
            "\n~ from a sketch: see distinct_error, quantile_error and top_error in --json.",
        );
    }
    let notes: Vec<String> = notes(profile).collect();
    if !notes.is_empty() {
        text.push_str(&format!("\n\n{}", notes.join("\n")));
    }
    if let Some(associations) = &profile.associations {
        text.push_str(&pairs(associations));
    }
    if let Some(label) = &profile.label {
        text.push_str(&lifts(label));
    }
    if let Some(by) = &profile.by {
        for group in &by.groups {
            let value = group
                .value
                .as_str()
                .map_or_else(|| group.value.to_string(), str::to_owned);
            text.push_str(&format!(
                "\n\n{} {value}: {} rows\n{}",
                by.column,
                group.rows,
                columns(&group.columns)
            ));
        }
        if by.rows_left_out > 0 {
            text.push_str(&format!(
                "\n\n{} rows are in no group that is told.",
                by.rows_left_out
            ));
        }
    }
    text
}

fn columns(columns: &[ColumnProfile]) -> String {
    let rows: Vec<Vec<String>> = columns.iter().map(line).collect();
    let head = [
        "column",
        "type",
        "missing",
        "distinct",
        "min",
        "median",
        "mean",
        "max",
        "most frequent",
    ];
    table(&head, &rows)
}

fn line(column: &ColumnProfile) -> Vec<String> {
    let shown = |value: Option<f64>| value.map(number).unwrap_or_default();
    let end = |number: Option<f64>, moment: &Option<String>| {
        moment.clone().unwrap_or_else(|| shown(number))
    };
    let first = column.top.first().filter(|top| top.count > 1);
    vec![
        column.name.clone(),
        kind(column),
        column.missing.to_string(),
        distinct(column),
        end(column.min, &column.earliest),
        shown(column.quantiles.get("p50").copied()),
        shown(column.mean),
        end(column.max, &column.latest),
        first
            .map(|top| format!("{} ({})", value(&top.value), top.count))
            .unwrap_or_default(),
    ]
}

/// The type as the document says it.
pub fn kind(column: &ColumnProfile) -> String {
    serde_json::json!(column.kind)
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// How many different values there are.
pub fn distinct(column: &ColumnProfile) -> String {
    let near = if column.distinct_error.is_some() {
        "~"
    } else {
        ""
    };
    match (column.distinct, column.distinct_bounds) {
        (Some(n), _) => format!("{near}{n}"),
        (None, Some([low, high])) => format!("{low}–{high}"),
        (None, None) => "not reported".to_owned(),
    }
}

/// A value as a reader writes it; a long one by its beginning.
pub fn value(value: &serde_json::Value) -> String {
    const LONGEST: usize = 24;
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let begin: String = text.chars().take(LONGEST - 1).collect();
    begin + "…"
}

/// The notes of all columns, each with its column.
pub fn notes(profile: &Profile) -> impl Iterator<Item = String> {
    let notes = profile.columns.iter().flat_map(|column| {
        let notes = column.notes.iter();
        notes.map(|note| format!("{}: {}", column.name, note.message))
    });
    notes.collect::<Vec<_>>().into_iter()
}

fn pairs(associations: &Associations) -> String {
    let shown: Vec<Vec<String>> = associations
        .pairs
        .iter()
        .filter(|pair| pair.strength.is_some_and(|strength| strength >= 0.1))
        .take(SHOWN)
        .map(|pair| {
            let number = |value: Option<f64>| value.map(number).unwrap_or_default();
            vec![
                pair.a.clone(),
                pair.b.clone(),
                number(pair.strength),
                number(pair.pearson),
                number(pair.spearman),
                number(pair.cramers_v),
                number(pair.mutual_information),
                pair.n.to_string(),
            ]
        })
        .collect();
    if shown.is_empty() {
        return String::new();
    }
    let of = match associations.seed {
        Some(seed) => format!("{} drawn rows (seed {seed})", associations.rows),
        None => format!("{} rows", associations.rows),
    };
    let head = [
        "strongest pairs",
        "",
        "strength",
        "Pearson",
        "Spearman",
        "Cramér's V",
        "information",
        "n",
    ];
    format!("\n\n{}\nof {of}", table(&head, &shown))
}

fn lifts(label: &LabelProfile) -> String {
    let far = |one: &&Lifted| -> f64 {
        let (low, high) = (
            one.lift.low.unwrap_or(0.0),
            one.lift.high.unwrap_or(f64::INFINITY),
        );
        // By the end of the interval that is nearer to no difference.
        if low > 1.0 {
            low.ln()
        } else if high < 1.0 {
            -high.ln()
        } else {
            0.0
        }
    };
    let mut strongest: Vec<&Lifted> = label.lifts.iter().filter(|one| far(one) > 0.0).collect();
    strongest.sort_by(|a, b| far(b).total_cmp(&far(a)));
    let rows: Vec<Vec<String>> = strongest
        .into_iter()
        .take(SHOWN)
        .map(|one| {
            vec![
                one.column.clone(),
                one.class(),
                one.positives.to_string(),
                estimate(&one.lift),
            ]
        })
        .collect();
    let head = ["lift", "value", "with the outcome", ""];
    format!(
        "\n\n{} is {} in {} of {} rows ({}).\n{}",
        label.column,
        label.positive,
        label.positives,
        label.n,
        number(label.positives as f64 / label.n.max(1) as f64),
        table(&head, &rows)
    )
}
