//! The page of a profile.

use galen_dossier::plot::{Importance, ImportanceRow, Matrix, MatrixCell, Multiples, Panel};
use galen_dossier::{Block, Cell, Column, Links, NoteKind, Page, Plot, Table};
use galen_table::profile::{Associations, ColumnProfile, LabelProfile, Lifted, Profile, TopValue};

use super::in_words::{distinct, kind, notes, value};
use crate::words::{estimate, number};

/// A page is no larger, whatever the table.
const BYTES_MAX: usize = 2 << 20;
/// Columns with a picture and a line, at most.
const COLUMNS_MAX: usize = 300;
/// Categories that are drawn.
const CATEGORIES_MAX: usize = 10;
/// Columns whose missing values are drawn.
const MISSING_MAX: usize = 25;
/// Columns whose associations are drawn.
const MATRIX_MAX: usize = 30;
/// Pairs, lifts, notes and groups that are listed.
const LISTED_MAX: usize = 30;

/// The profile of the named files as one page of less than two megabytes.
pub fn page(profile: &Profile, title: &str) -> String {
    let mut columns = COLUMNS_MAX;
    loop {
        let html = with_columns(profile, title, columns);
        if html.len() < BYTES_MAX || columns == 0 {
            return html;
        }
        // Names and values may be long: fewer columns are shown then.
        columns /= 2;
    }
}

fn with_columns(profile: &Profile, title: &str, most: usize) -> String {
    let mut page = Page::new("Profile");
    page.subtitle = format!(
        "{title}: {} rows, {} columns",
        grouped(profile.rows),
        profile.columns.len()
    );
    page.push(Block::KeyValues(facts(profile)));
    let notes: Vec<String> = notes(profile).collect();
    if !notes.is_empty() {
        page.push(Block::heading(1, "To look at"));
        page.push(list(&notes));
    }
    page.push(Block::heading(1, "Columns"));
    let shown = &profile.columns[..profile.columns.len().min(most)];
    let left_out = profile.columns.len() - shown.len();
    if left_out > 0 {
        let text = format!(
            "The first {} columns are shown; {left_out} others are in the document of --json.",
            shown.len()
        );
        page.push(Block::note(NoteKind::Info, text));
    }
    page.push(pictures(shown));
    page.push(table(shown));
    page.push(Block::heading(1, "Missing values"));
    page.push(missing(profile));
    if let Some(associations) = profile
        .associations
        .as_ref()
        .filter(|a| !a.pairs.is_empty())
    {
        page.push(Block::heading(1, "Associations"));
        page.push(matrix(associations));
        page.push(pairs(associations));
    }
    if let Some(label) = &profile.label {
        page.push(Block::heading(1, "Lift on the outcome"));
        lifts(&mut page, label);
    }
    if let Some(by) = &profile.by {
        page.push(Block::heading(1, format!("By {}", by.column)));
        for group in by.groups.iter().take(LISTED_MAX) {
            page.push(Block::heading(
                2,
                format!("{}, {} rows", value(&group.value), grouped(group.rows)),
            ));
            // As many pictures of groups as columns may have.
            let each = most / by.groups.len().max(1);
            page.push(pictures(&group.columns[..group.columns.len().min(each)]));
        }
        if by.rows_left_out > 0 {
            let text = format!(
                "{} rows are in no group that is told.",
                grouped(by.rows_left_out)
            );
            page.push(Block::note(NoteKind::Info, text));
        }
    }
    galen_dossier::html::document(&page, &Links::Appendix)
}

fn facts(profile: &Profile) -> Vec<(String, Cell)> {
    let mut duplicates = grouped(profile.duplicate_rows);
    if let Some(error) = profile.duplicate_rows_error {
        duplicates.push_str(&format!(" (about; standard error {error:.0})"));
    }
    if profile.duplicate_rows_at_least {
        duplicates.push_str(" within the parts");
    }
    let sketched = profile
        .columns
        .iter()
        .filter(|c| c.quantile_error.is_some() || c.distinct_error.is_some());
    let mut facts = vec![(
        "Rows that equal an earlier one".to_owned(),
        Cell::from(duplicates),
    )];
    let precision = match sketched.count() {
        0 => "every number is of all cells".to_owned(),
        n => {
            let worst = profile
                .columns
                .iter()
                .filter_map(|c| c.quantile_error)
                .fold(0.0, f64::max);
            format!(
                "{n} columns are told from sketches (~): different values within about 1.6 %, ranks of quantiles within {:.2} % of \
                 the cells, in 95 and 99 of 100 cases",
                worst * 100.0
            )
        }
    };
    facts.push(("Precision".to_owned(), Cell::from(precision)));
    if let Some(least) = profile.min_cell {
        let text = format!(
            "no value that fewer than {least} cells hold is told; lowest and highest are means of groups of cells, and of columns that name \
             patients only counts are told"
        );
        facts.push(("Privacy".to_owned(), Cell::from(text)));
    }
    facts
}

fn list(items: &[String]) -> Block {
    let mut items = items.to_vec();
    if items.len() > LISTED_MAX {
        let more = items.len() - LISTED_MAX;
        items.truncate(LISTED_MAX);
        items.push(format!("{more} more are in the document of --json."));
    }
    let items = items
        .into_iter()
        .map(|text| vec![galen_dossier::Span::text(text)]);
    Block::List(items.collect())
}

fn pictures(columns: &[ColumnProfile]) -> Block {
    let panels = columns.iter().map(|column| {
        let (ends, heights) = shape(column);
        let rows = column.count + column.missing;
        Panel {
            title: column.name.clone(),
            note: match (column.withheld, column.mean) {
                (true, _) => "only counts are told".to_owned(),
                (false, Some(mean)) => {
                    format!(
                        "{} ± {}",
                        short(mean),
                        column.std.map(short).unwrap_or_default()
                    )
                }
                (false, None) if column.count == 0 => "no value".to_owned(),
                (false, None) => format!("{} different", distinct(column)),
            } + &share_missing(column.missing, rows),
            marked: !column.notes.is_empty(),
            ends,
            shapes: vec![heights],
        }
    });
    Block::Figure {
        caption: "Cells in equal bins, or of the most frequent categories. ● marks a column with something to look at.".into(),
        alt: "The shape of each column".into(),
        plot: Plot::Multiples(Multiples {
            legend: Vec::new(),
            panels: panels.collect(),
        }),
    }
}

fn share_missing(missing: u64, rows: u64) -> String {
    match missing {
        0 => String::new(),
        n => format!(", {} missing", percent(n as f64 / rows.max(1) as f64)),
    }
}

/// The ends of the axis and the heights of the bars.
fn shape(column: &ColumnProfile) -> ([String; 2], Vec<f64>) {
    // Few whole numbers are told by their values, not by bins that divide them unevenly.
    let few = column
        .distinct
        .is_some_and(|n| n as usize <= CATEGORIES_MAX);
    if let (Some(histogram), false) = (&column.histogram, few && column.top.len() > 1) {
        let ends = match (&column.earliest, &column.latest) {
            (Some(first), Some(last)) => [day(first), day(last)],
            _ => [histogram.edges.first(), histogram.edges.last()]
                .map(|edge| edge.copied().map(short).unwrap_or_default()),
        };
        return (ends, histogram.counts.iter().map(|n| *n as f64).collect());
    }
    let mut top: Vec<&TopValue> = column.top.iter().take(CATEGORIES_MAX).collect();
    let number = |top: &&TopValue| top.value.as_f64();
    if top.iter().all(|one| number(one).is_some()) {
        top.sort_by(|a, b| {
            number(a)
                .unwrap_or(0.0)
                .total_cmp(&number(b).unwrap_or(0.0))
        });
    }
    let end = |top: Option<&&TopValue>| top.map(|top| value(&top.value)).unwrap_or_default();
    let last = if top.len() > 1 { top.last() } else { None };
    let heights = top.iter().map(|top| top.count as f64).collect();
    ([end(top.first()), end(last)], heights)
}

/// The day of a moment.
fn day(moment: &str) -> String {
    moment.get(..10).unwrap_or(moment).to_owned()
}

fn table(columns: &[ColumnProfile]) -> Block {
    let shown = |value: Option<f64>| value.map(short).unwrap_or_default();
    let rows = columns.iter().map(|column| {
        let top = column.top.iter().filter(|top| top.count > 1).take(3);
        let top: Vec<String> = top
            .map(|top| format!("{} ({})", value(&top.value), grouped(top.count)))
            .collect();
        let end = |number: Option<f64>, moment: &Option<String>| {
            moment.as_deref().map_or_else(|| shown(number), day)
        };
        let rows = column.count + column.missing;
        vec![
            Cell::from(column.name.clone()),
            Cell::from(kind(column)),
            Cell::from(match column.missing {
                0 => "0".to_owned(),
                n => percent(n as f64 / rows.max(1) as f64),
            }),
            Cell::from(distinct(column)),
            Cell::from(end(column.min, &column.earliest)),
            Cell::from(shown(column.quantiles.get("p25").copied())),
            Cell::from(shown(column.quantiles.get("p50").copied())),
            Cell::from(shown(column.quantiles.get("p75").copied())),
            Cell::from(end(column.max, &column.latest)),
            Cell::from(top.join(", ")),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("column"),
            Column::text("type"),
            Column::number("missing"),
            Column::number("distinct"),
            Column::number("lowest"),
            Column::number("quarter"),
            Column::number("median"),
            Column::number("three quarters"),
            Column::number("highest"),
            Column::text("most frequent"),
        ],
        rows: rows.collect(),
    })
}

fn missing(profile: &Profile) -> Block {
    let mut columns: Vec<&ColumnProfile> =
        profile.columns.iter().filter(|c| c.missing > 0).collect();
    if columns.is_empty() {
        return Block::text("No value is missing.");
    }
    columns.sort_by_key(|column| std::cmp::Reverse(column.missing));
    let more = columns.len().saturating_sub(MISSING_MAX);
    let rows = columns
        .iter()
        .take(MISSING_MAX)
        .map(|column| ImportanceRow {
            label: column.name.clone(),
            value: Some(column.missing as f64 / profile.rows.max(1) as f64),
            low: None,
            high: None,
        });
    Block::Figure {
        caption: match more {
            0 => format!(
                "{} of {} columns have missing values.",
                columns.len(),
                profile.columns.len()
            ),
            n => {
                format!("The {MISSING_MAX} columns with most missing values; {n} others have some.")
            }
        },
        alt: "The share of missing values of each column".into(),
        plot: Plot::Importance(Importance {
            quantity: "Share of rows without a value".into(),
            rows: rows.collect(),
        }),
    }
}

fn matrix(associations: &Associations) -> Block {
    // The columns of the strongest pairs, in the order of the table.
    let mut chosen: Vec<&String> = Vec::new();
    for name in associations
        .pairs
        .iter()
        .flat_map(|pair| [&pair.a, &pair.b])
    {
        if chosen.len() < MATRIX_MAX && !chosen.contains(&name) {
            chosen.push(name);
        }
    }
    let names: Vec<String> = associations
        .columns
        .iter()
        .filter(|name| chosen.contains(name))
        .cloned()
        .collect();
    let at = |name: &String| names.iter().position(|one| one == name);
    let cells = associations.pairs.iter().filter_map(|pair| {
        let sign = pair.spearman.or(pair.pearson).unwrap_or(1.0).signum();
        Some(MatrixCell {
            pair: [at(&pair.a)?, at(&pair.b)?],
            value: pair.strength.map(|strength| strength * sign),
        })
    });
    let of = match associations.seed {
        Some(seed) => format!("{} drawn rows (seed {seed})", grouped(associations.rows)),
        None => format!("{} rows", grouped(associations.rows)),
    };
    let cells = cells.collect();
    Block::Figure {
        caption: format!(
            "Of {of}. Spearman's correlation of two columns of numbers, Cramér's V without chance of two categories, and otherwise the \
             correlation that normal numbers of the same mutual information have. Squares below zero are open."
        ),
        alt: "How strongly columns go together".into(),
        plot: Plot::Matrix(Matrix { names, cells }),
    }
}

fn pairs(associations: &Associations) -> Block {
    let strong = associations
        .pairs
        .iter()
        .filter(|pair| pair.strength.is_some_and(|s| s >= 0.1));
    let rows = strong.take(LISTED_MAX).map(|pair| {
        let shown = |value: Option<f64>| Cell::from(value.map(number).unwrap_or_default());
        vec![
            Cell::from(format!("{}, {}", pair.a, pair.b)),
            shown(pair.pearson),
            shown(pair.spearman),
            shown(pair.cramers_v),
            shown(pair.mutual_information),
            Cell::from(grouped(pair.n)),
        ]
    });
    Block::Table(Table {
        caption: format!(
            "The strongest pairs, at most {LISTED_MAX}, with a strength of at least 0.1; mutual information in nats."
        ),
        columns: vec![
            Column::name("pair"),
            Column::number("Pearson"),
            Column::number("Spearman"),
            Column::number("Cramér's V"),
            Column::number("information"),
            Column::number("n"),
        ],
        rows: rows.collect(),
    })
}

fn lifts(page: &mut Page, label: &LabelProfile) {
    page.push(Block::text(format!(
        "{} is {} in {} of {} rows ({}). A lift of 2 means that the outcome is seen twice as often with the value as at all.",
        label.column,
        label.positive,
        grouped(label.positives),
        grouped(label.n),
        percent(label.positives as f64 / label.n.max(1) as f64)
    )));
    let away = |one: &&Lifted| -> f64 {
        let (low, high) = (
            one.lift.low.unwrap_or(0.0),
            one.lift.high.unwrap_or(f64::INFINITY),
        );
        if low > 1.0 {
            low.ln()
        } else if high < 1.0 {
            -high.ln()
        } else {
            0.0
        }
    };
    let mut strongest: Vec<&Lifted> = label.lifts.iter().filter(|one| away(one) > 0.0).collect();
    strongest.sort_by(|a, b| away(b).total_cmp(&away(a)));
    let rows = strongest.into_iter().take(LISTED_MAX).map(|one| {
        vec![
            Cell::from(one.column.clone()),
            Cell::from(one.class()),
            Cell::from(grouped(one.positives)),
            Cell::from(estimate(&one.lift)),
        ]
    });
    page.push(Block::Table(Table {
        caption: format!(
            "Values whose interval does not hold 1, the furthest first, at most {LISTED_MAX}."
        ),
        columns: vec![
            Column::name("column"),
            Column::text("value"),
            Column::number("with the outcome"),
            Column::number("lift (95 %)"),
        ],
        rows: rows.collect(),
    }));
}

/// Three significant digits, or four before the point.
fn short(value: f64) -> String {
    if value != 0.0 && (value.abs() >= 1e7 || value.abs() < 1e-3) {
        return format!("{value:.1e}").replace('-', "−");
    }
    let digits = 2 - value.abs().max(0.1).log10().floor() as i32;
    let text = format!("{value:.*}", digits.clamp(0, 4) as usize);
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    text.replace('-', "−")
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p < 0.1 => "< 0.1 %".to_owned(),
        p if p > 99.9 && share < 1.0 => "> 99.9 %".to_owned(),
        p if p < 10.0 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

/// A count with its thousands apart.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
