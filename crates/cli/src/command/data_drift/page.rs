//! The page of a comparison.

use galen_dossier::plot::{Multiples, Panel};
use galen_dossier::{
    Badge, Block, Cell, Column, Links, NoteKind, Page, Plot, Span, Table, VerdictCard,
};
use galen_table::drift::rows::RowsDrift;
use galen_table::drift::{ColumnDrift, DriftReport, GroupDrift, SampleSummary};

use super::judgement;
use crate::words::number;

/// Columns with a picture; of more those that moved furthest. A page so stays small, whatever the table.
const PICTURES_MAX: usize = 200;
/// Categories that are drawn.
const CATEGORIES_MAX: usize = 12;

/// The comparison of two files as one page.
pub fn page(
    report: &DriftReport,
    rows: Option<&RowsDrift>,
    names: [&str; 2],
    rule: &str,
) -> String {
    let mut page = Page::new("Drift");
    page.subtitle = format!("{} against the reference {}", names[1], names[0]);
    let dataset = &report.dataset;
    page.push(Block::VerdictCard(VerdictCard {
        title: "The table".into(),
        badge: match (dataset.drifted, dataset.inconclusive) {
            (true, _) => Badge::fail(),
            (false, true) => Badge::inconclusive(),
            (false, false) => Badge::pass(),
        },
        sentence: vec![Span::text(format!(
            "{} of {} columns drifted{}. {rule}",
            dataset.columns_drifted,
            dataset.columns,
            super::undecided(report)
        ))],
        rows: Vec::new(),
    }));
    if let Some(rows) = rows {
        page.push(Block::heading(2, "Whole rows"));
        page.push(Block::text(super::rows_in_words(rows).trim().to_owned()));
    }
    let mut order: Vec<&ColumnDrift> = report.columns.iter().collect();
    order.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
    page.push(Block::heading(2, "Columns"));
    page.push(pictures(&order, "The columns of both tables"));
    if order.len() > PICTURES_MAX {
        let left = order.len() - PICTURES_MAX;
        let text = format!("{left} columns that moved less have no picture and no line here.");
        page.push(Block::note(NoteKind::Info, text));
        order.truncate(PICTURES_MAX);
    }
    page.push(columns(&order));
    if !report.groups.is_empty() {
        page.push(Block::heading(2, "Groups"));
        page.push(groups(&report.groups));
        // As many pictures of groups as columns may have.
        let each = PICTURES_MAX / report.groups.len().max(1);
        for group in report.groups.iter().take(PICTURES_MAX) {
            let mut moved_most: Vec<&ColumnDrift> = group.columns.iter().collect();
            moved_most.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
            moved_most.truncate(each.clamp(1, 8));
            page.push(Block::heading(3, title(group)));
            page.push(pictures(&moved_most, &title(group)));
        }
    }
    for note in super::notes(report) {
        page.push(Block::note(NoteKind::Info, note));
    }
    for (columns, file) in [
        (&report.only_in_reference, "reference"),
        (&report.only_in_current, "current table"),
    ] {
        if !columns.is_empty() {
            let text = format!(
                "Only in the {file}, and not compared: {}.",
                columns.join(", ")
            );
            page.push(Block::note(NoteKind::Warn, text));
        }
    }
    galen_dossier::html::document(&page, &Links::Appendix)
}

/// How far a column moved; those that could not be tested come first.
fn moved(column: &ColumnDrift) -> f64 {
    let effect = column
        .effect
        .as_ref()
        .and_then(|effect| effect.estimate.value);
    effect.map_or(f64::INFINITY, f64::abs)
}

fn title(group: &GroupDrift) -> String {
    let by = group
        .by
        .iter()
        .map(|(column, value)| format!("{column} {value}"));
    by.collect::<Vec<_>>().join(", ")
}

fn pictures(columns: &[&ColumnDrift], alt: &str) -> Block {
    let panels = columns.iter().take(PICTURES_MAX).map(|column| {
        let (ends, shapes) = shapes(&column.reference, &column.current);
        let effect = column.effect.as_ref();
        Panel {
            title: column.name.clone(),
            note: match effect.and_then(|effect| Some((effect.id, effect.estimate.value?))) {
                Some((id, value)) => format!("{id} {}", number(value)),
                None => "not decided".to_owned(),
            },
            marked: column.drifted == Some(true),
            ends,
            shapes,
        }
    });
    Block::Figure {
        caption: "● marks a column that drifted. Shares of values in equal bins, or of the most frequent categories.".into(),
        alt: alt.into(),
        plot: Plot::Multiples(Multiples {
            legend: vec!["reference".into(), "current".into()],
            panels: panels.collect(),
        }),
    }
}

/// The ends of the axis and both shapes.
fn shapes(old: &SampleSummary, new: &SampleSummary) -> ([String; 2], Vec<Vec<f64>>) {
    if let (Some(a), Some(b)) = (&old.histogram, &new.histogram) {
        let shares = |counts: &[usize]| -> Vec<f64> {
            let n = counts.iter().sum::<usize>().max(1) as f64;
            counts.iter().map(|&count| count as f64 / n).collect()
        };
        let end = |edge: Option<&f64>| edge.copied().map(short).unwrap_or_default();
        let ends = [end(a.edges.first()), end(a.edges.last())];
        return (ends, vec![shares(&a.counts), shares(&b.counts)]);
    }
    let mut names: Vec<&String> = old.shares.keys().chain(new.shares.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let share = |of: &SampleSummary, name: &String| of.shares.get(name).copied().unwrap_or(0.0);
    names.sort_by(|a, b| share(old, b).total_cmp(&share(old, a)));
    // What is new today is shown in any case.
    let (known, fresh): (Vec<&String>, Vec<&String>) = names
        .into_iter()
        .partition(|name| old.shares.contains_key(*name));
    let fresh: Vec<&String> = fresh.into_iter().take(3).collect();
    let names: Vec<&String> = known
        .into_iter()
        .take(CATEGORIES_MAX - fresh.len())
        .chain(fresh)
        .collect();
    let heights = |of: &SampleSummary| names.iter().map(|name| share(of, name)).collect();
    let end = |name: Option<&&String>| name.map(|name| (*name).clone()).unwrap_or_default();
    let last = if names.len() > 1 { names.last() } else { None };
    (
        [end(names.first()), end(last)],
        vec![heights(old), heights(new)],
    )
}

fn short(value: f64) -> String {
    if value != 0.0 && (value.abs() >= 1e6 || value.abs() < 1e-3) {
        format!("{value:.1e}")
    } else {
        let text = format!("{value:.3}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

fn cell(text: impl Into<String>) -> Cell {
    Cell(vec![Span::text(text)])
}

fn columns(columns: &[&ColumnDrift]) -> Block {
    let shown = |value: Option<f64>| value.map(number).unwrap_or_default();
    let rows = columns.iter().map(|column| {
        let effect = column
            .effect
            .as_ref()
            .map(|effect| crate::words::estimate(&effect.estimate));
        let of = |summary: &SampleSummary| match summary.mean {
            Some(mean) => format!("{} (n {})", number(mean), summary.n),
            None => format!("n {}", summary.n),
        };
        vec![
            cell(column.name.clone()),
            cell(column.test),
            cell(shown(column.statistic)),
            cell(shown(column.p_adjusted.or(column.p_value))),
            cell(effect.unwrap_or_default()),
            cell(of(&column.reference)),
            cell(of(&column.current)),
            cell(judgement(column)),
        ]
    });
    Block::Table(Table {
        caption:
            "Means are of numbers; p is adjusted for the number of columns if that was asked for."
                .into(),
        columns: vec![
            Column::name("column"),
            Column::text("test"),
            Column::number("statistic"),
            Column::number("p"),
            Column::text("effect"),
            Column::number("reference"),
            Column::number("current"),
            Column::text(""),
        ],
        rows: rows.collect(),
    })
}

fn groups(groups: &[GroupDrift]) -> Block {
    let rows = groups.iter().map(|group| {
        let drifted = group
            .columns
            .iter()
            .filter(|column| column.drifted == Some(true));
        let drifted: Vec<&str> = drifted.map(|column| column.name.as_str()).collect();
        let rows = group
            .columns
            .first()
            .map_or(0, |c| c.current.n + c.current.missing);
        vec![
            cell(title(group)),
            cell(rows.to_string()),
            cell(format!(
                "{} of {}",
                group.dataset.columns_drifted, group.dataset.columns
            )),
            cell(drifted.join(", ")),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("group"),
            Column::number("rows"),
            Column::number("columns drifted"),
            Column::text(""),
        ],
        rows: rows.collect(),
    })
}
