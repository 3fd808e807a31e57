//! The page of the clinical checks of a file.

use galen_dossier::plot::{GapLine, GapMap, GapStrip};
use galen_dossier::{
    Badge, Block, Cell, Column, Links, NoteKind, Page, Plot, Span, Table, Tone, VerdictCard,
};
use galen_spec::data::Severity;
use galen_table::check::{CheckReport, Finding, Gaps, HeadReport};
use galen_table::metadata::Metadata;

use super::metadata::score;
use super::{by_chance, head_title};
use crate::words::{estimate, estimate_or_count};

/// Columns whose gaps are drawn, those with most.
const COLUMNS_MAX: usize = 40;
/// Findings of a head that are listed, the worst first.
const FINDINGS_MAX: usize = 200;

/// What the checks found in the named file.
pub fn page(report: &CheckReport, scored: &[Metadata], title: &str) -> String {
    let mut page = Page::new("Clinical data checks");
    page.subtitle = format!("{title}: {} rows", report.gaps.rows);
    let count = |of: fn(&HeadReport) -> usize| report.heads.iter().map(of).sum::<usize>();
    page.push(Block::VerdictCard(VerdictCard {
        title: "The table".into(),
        badge: if report.ok { Badge::pass() } else { Badge::fail() },
        sentence: vec![Span::text(format!(
            "{} stop, {} warn, {} note. A stop is what makes a model look better than it is; a warning is to be answered before \
             training.",
            count(|head| head.stop),
            count(|head| head.warn),
            count(|head| head.note),
        ))],
        rows: Vec::new(),
    }));
    for head in &report.heads {
        page.push(Block::heading(1, head_title(head.head)));
        let here = report.findings.iter();
        let here: Vec<&Finding> = here
            .filter(|one| head.checks.contains(&one.check))
            .collect();
        page.push(match here.is_empty() {
            true => Block::text(format!(
                "Nothing was found. Asked: {}.",
                head.checks.join(", ")
            )),
            false => findings(&here),
        });
        if here.len() > FINDINGS_MAX {
            let text = format!(
                "{} findings of less weight are in the document of --json.",
                here.len() - FINDINGS_MAX
            );
            page.push(Block::note(NoteKind::Info, text));
        }
    }
    page.push(Block::heading(1, "Missing values"));
    gaps(&mut page, &report.gaps);
    metadata(&mut page, scored);
    galen_dossier::html::document(&page, &Links::Appendix)
}

/// The scores of the metadata of the named file.
pub fn of_metadata(scored: &[Metadata], title: &str) -> String {
    let mut page = Page::new("Metadata");
    page.subtitle = title.to_owned();
    metadata(&mut page, scored);
    galen_dossier::html::document(&page, &Links::Appendix)
}

fn metadata(page: &mut Page, scored: &[Metadata]) {
    for one in scored {
        page.push(Block::heading(1, format!("Metadata: {}", one.dictionary)));
        page.push(Block::KeyValues(vec![
            (
                "Completeness (fields that are there)".into(),
                score(one.completeness).into(),
            ),
            ("Coverage".into(), score(one.coverage).into()),
            ("Consistency".into(), score(one.consistency).into()),
            ("Complete rows".into(), estimate(&one.complete_rows).into()),
        ]));
        let rows = one.fields.iter().map(|field| {
            let coverage = field.coverage.as_ref();
            let consistency = field.consistency.as_ref();
            vec![
                field.field.as_str().into(),
                field.columns.join(", ").into(),
                estimate(&field.available).into(),
                coverage
                    .map_or(String::new(), |one| {
                        format!("{:.3} ({})", one.score, one.against)
                    })
                    .into(),
                consistency
                    .map_or(String::new(), |one| {
                        format!(
                            "{:.3} ({}: {:.3})",
                            one.score, one.least_alike, one.least_score
                        )
                    })
                    .into(),
            ]
        });
        page.push(Block::Table(Table {
            caption: "Each score lies between 0 and 1, which is best; beside consistency the group that is least alike".into(),
            columns: vec![
                Column::name("Field"),
                Column::text("Column"),
                Column::text("Has a value"),
                Column::text("Coverage"),
                Column::text("Consistency"),
            ],
            rows: rows.collect(),
        }));
        if !one.missing.is_empty() {
            let text = format!("No column has: {}.", one.missing.join(", "));
            page.push(Block::note(NoteKind::Warn, text));
        }
    }
}

fn findings(here: &[&Finding]) -> Block {
    let rows = here.iter().take(FINDINGS_MAX).map(|one| {
        let badge = match one.severity {
            Severity::Stop => Badge::new(Tone::Bad, "stop"),
            Severity::Warn => Badge::new(Tone::Doubt, "warn"),
            Severity::Note => Badge::neutral("note"),
        };
        let measure = one.measure.as_ref().map(|measure| {
            format!(
                "{} {}",
                measure.name.replace('_', " "),
                estimate_or_count(&measure.estimate)
            )
        });
        vec![
            Cell::from(badge),
            one.check.into(),
            one.message.as_str().into(),
            measure.unwrap_or_default().into(),
            one.help.as_str().into(),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::text(""),
            Column::name("Check"),
            Column::text("Found"),
            Column::text("Measure"),
            Column::text("What to do"),
        ],
        rows: rows.collect(),
    })
}

fn gaps(page: &mut Page, gaps: &Gaps) {
    if gaps.columns.is_empty() {
        page.push(Block::text(
            "No value is missing in the columns that a model could use.",
        ));
        return;
    }
    let share = |rows: u64| rows as f64 / gaps.rows.max(1) as f64;
    let shown = &gaps.columns[..gaps.columns.len().min(COLUMNS_MAX)];
    let place = |name: &String| shown.iter().position(|column| column.name == *name);
    let columns = shown.iter().map(|column| GapLine {
        name: column.name.clone(),
        missing: share(column.missing),
    });
    let patterns = gaps.patterns.iter().map(|pattern| GapStrip {
        missing: pattern.missing.iter().filter_map(place).collect(),
        share: share(pattern.rows),
    });
    let mut caption = "Each strip is a way to be incomplete: filled where the value is missing. Below, the share of rows.".to_owned();
    if gaps.more_patterns > 0 {
        caption.push_str(&format!(
            " {} other ways, in {:.1} % of the rows, are not drawn.",
            gaps.more_patterns,
            100.0 * share(gaps.more_rows)
        ));
    }
    if gaps.columns.len() > shown.len() {
        caption.push_str(&format!(
            " {} columns with fewer gaps are not drawn.",
            gaps.columns.len() - shown.len()
        ));
    }
    page.push(Block::Figure {
        caption,
        alt: "Which columns are missing in the same rows".into(),
        plot: Plot::Gaps(GapMap {
            columns: columns.collect(),
            patterns: patterns.collect(),
        }),
    });
    page.push(Block::text(by_chance(gaps)));
}
