//! The arithmetic of a paper: the numbers that it tells, and whether they can all be true.
//!
//! A wrong accusation is worse than silence. Every check says what it takes for granted, and says nothing where it is not clear from the
//! same sentence, row or caption which number belongs to which. Rounding hides half a unit of the last printed digit.

mod abstract_alone;
mod accuracy;
mod alarms;
mod area;
mod confusion;
mod granularity;
mod harmonic;
mod independence;
mod interval;
mod overlap;
mod percentage;
mod prevalence;
mod printed;
mod reading;
mod retold;
mod table_total;
mod total;
mod two_by_two;
mod width;

use serde::Serialize;

pub use printed::Printed;
pub use reading::{Count, Fraction, Interval, Measure, Metric, Partition, Unit};

use crate::judging::Passage;
use reading::Reading;

/// What a paper's numbers are, and what is odd about them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numbers {
    pub counts: Vec<Count>,
    pub fractions: Vec<Fraction>,
    pub metrics: Vec<Metric>,
    pub remarks: Vec<Remark>,
}

/// How far from true the numbers of a remark are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// No data can give them.
    Impossible,
    /// They do not fit each other.
    Inconsistent,
    /// They can be true, but a reader should know how.
    WorthAsking,
}

/// Numbers that do not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    pub check: &'static str,
    pub severity: Severity,
    /// What is printed and what would fit.
    pub message: String,
    /// Numbers of the passages that it rests on.
    pub passages: Vec<usize>,
}

/// A question to the numbers of a paper.
pub trait Check: Sync {
    fn name(&self) -> &'static str;
    fn remarks(&self, reading: &Reading) -> Vec<Remark>;
}

/// Every check, from what is impossible by itself to what two places tell differently.
pub const CHECKS: &[&dyn Check] = &[
    &percentage::Percentage,
    &granularity::Granularity,
    &interval::Bounds,
    &width::Width,
    &total::Total,
    &table_total::TableTotal,
    &two_by_two::TwoByTwo,
    &confusion::Confusion,
    &accuracy::Accuracy,
    &harmonic::Harmonic,
    &overlap::Overlap,
    &area::Area,
    &prevalence::Prevalence,
    &alarms::Alarms,
    &retold::Retold,
    &abstract_alone::AbstractAlone,
    &independence::Independence,
];

/// Reads the numbers of a paper's passages, in their order, and checks them.
pub fn check(passages: &[Passage]) -> Numbers {
    let reading = Reading::of(passages);
    let remarks = CHECKS
        .iter()
        .flat_map(|check| check.remarks(&reading))
        .collect();
    Numbers {
        remarks,
        counts: reading.counts,
        fractions: reading.fractions,
        metrics: reading.metrics,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::section::Section;

    /// What a check says of sentences of the results.
    pub fn remarks(check: &dyn Check, sentences: &[&str]) -> Vec<Remark> {
        let texts: Vec<(Section, &str)> = sentences
            .iter()
            .map(|text| (Section::Results, *text))
            .collect();
        remarks_in(check, &texts)
    }

    /// What a check says of sentences of sections.
    pub fn remarks_in(check: &dyn Check, texts: &[(Section, &str)]) -> Vec<Remark> {
        let passages: Vec<Passage> = texts
            .iter()
            .enumerate()
            .map(|(paragraph, (section, text))| Passage {
                text,
                section: *section,
                paragraph,
                is_table: false,
                is_parted: false,
            })
            .collect();
        check.remarks(&Reading::of(&passages))
    }

    /// What a check says of the rows of one table.
    pub fn table_remarks(check: &dyn Check, rows: &[&str]) -> Vec<Remark> {
        let passages: Vec<Passage> = rows
            .iter()
            .map(|text| Passage {
                text,
                section: Section::Results,
                paragraph: 0,
                is_table: true,
                is_parted: false,
            })
            .collect();
        check.remarks(&Reading::of(&passages))
    }

    #[test]
    fn checks_have_one_name_each() {
        let mut names: Vec<&str> = CHECKS.iter().map(|check| check.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHECKS.len());
    }
}
