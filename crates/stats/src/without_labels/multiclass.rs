use super::assumption::{Assumption, of_classes};
use super::calibration::{Calibration, Recalibrated, choose};
use super::cbpe::{Found, History};
use super::classified::Classified;
use super::estimable::Estimable;
use super::estimated::ChunkEstimates;
use super::observed::{EstimationError, Observed, check};
use super::ranked::Ranked;
use super::worlds::classes::{Asked, ClassWorlds};
use super::{Cbpe, Chunk};
use crate::estimate::Undefined;
use serde::Serialize;

/// What confidence-based estimation says of a model that names one of several classes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MulticlassReport {
    /// Of each class, whether its scores were recalibrated.
    pub calibration: Vec<Recalibrated>,
    /// The chunks of the reference.
    pub reference: Vec<ChunkEstimates>,
    /// The chunks of now.
    pub current: Vec<ChunkEstimates>,
    /// What all this rests on.
    pub assumptions: Vec<Assumption>,
}

impl Cbpe {
    /// Estimates for a model that names one of several classes: each class against the rest, its scores recalibrated where
    /// that helps and then all made to sum to 1, and the mean over the classes. Counts cannot be asked for.
    ///
    /// # Errors
    /// [`EstimationError`].
    ///
    /// # Source
    /// NannyML 0.13.1, `CBPE` for multiclass classification; Zadrozny and Elkan 2002, KDD, 694-699 (probabilities of
    /// several classes).
    pub fn estimate_classes(
        &self,
        classes: &[String],
        reference: Observed<Classified>,
        current: Observed<Classified>,
    ) -> Result<MulticlassReport, EstimationError> {
        check(
            (reference, reference.cases.n()),
            (current, current.cases.n()),
        )?;
        self.check_classes(classes, reference.cases, current.cases)?;
        let labelled = reference.cases.pick(&reference.cases.labelled());
        let (calibrations, reports): (Vec<Calibration>, Vec<Recalibrated>) = (0..classes.len())
            .map(|class| choose(&labelled.against_rest(class), self.recalibration, self.seed))
            .unzip();
        let learned = Learned::of(self, reference, &labelled, &calibrations);
        let estimates = |observed: Observed<Classified>, from: usize| -> Vec<ChunkEstimates> {
            let chunks = observed.chunks.iter().enumerate();
            let numbered = chunks.map(|(at, chunk)| ((from + at) as u64, chunk));
            numbered
                .map(|(number, chunk)| self.class_chunk(number, chunk, observed.cases, &learned))
                .collect()
        };
        let (of_reference, of_current) = (
            estimates(reference, 0),
            estimates(current, reference.chunks.len()),
        );
        Ok(MulticlassReport {
            assumptions: of_classes(self, classes, &calibrations, reference, current),
            calibration: reports,
            reference: of_reference,
            current: of_current,
        })
    }

    fn class_chunk(
        &self,
        number: u64,
        chunk: &Chunk,
        all: &Classified,
        learned: &Learned,
    ) -> ChunkEstimates {
        let cases = &all.pick(&chunk.rows);
        let ranked = ranked(cases);
        let probable = probabilities(&cases.scores, |class, score| {
            learned.calibrations[class].probability(score)
        });
        let values: Vec<Result<f64, Undefined>> = (self.metrics.iter())
            .map(|metric| metric.across(&arranged(&ranked, &probable).borrow(), false))
            .collect();
        let asked = Asked {
            cases,
            ranked: &ranked,
            metrics: &self.metrics,
            values: &values,
            number,
        };
        let intervals = learned.worlds.intervals(&asked, self.level);
        let found = Found {
            n: cases.n(),
            labelled: cases.labelled().len(),
            realized: realized(&self.metrics, cases),
            values,
            intervals,
        };
        self.assembled(chunk, found, &learned.history)
    }

    fn check_classes(
        &self,
        classes: &[String],
        reference: &Classified,
        current: &Classified,
    ) -> Result<(), EstimationError> {
        if let Some(count) = self.metrics.iter().find(|one| one.about().max.is_none()) {
            return Err(EstimationError::NotOfClasses(count.about().id));
        }
        if classes.len() < 2
            || [reference, current]
                .iter()
                .any(|c| c.classes() != classes.len())
        {
            return Err(EstimationError::Classes(classes.len()));
        }
        if reference.labelled().is_empty() {
            return Err(EstimationError::NoTruth);
        }
        let absent = |class: &usize| !reference.truth.contains(&Some(*class as u32));
        match (0..classes.len()).find(absent) {
            Some(class) => Err(EstimationError::ClassAbsent(classes[class].clone())),
            None => Ok(()),
        }
    }
}

/// What the reference teaches.
struct Learned<'a> {
    calibrations: &'a [Calibration],
    worlds: ClassWorlds<'a>,
    history: History,
}

impl<'a> Learned<'a> {
    fn of(
        plan: &Cbpe,
        reference: Observed<Classified>,
        labelled: &Classified,
        calibrations: &'a [Calibration],
    ) -> Learned<'a> {
        let ranked = ranked(labelled);
        let truth = arranged(&ranked, &truths(&labelled.truth, labelled.classes()));
        let errors = plan.metrics.iter();
        let errors = errors.map(|metric| metric.error_across(&truth.borrow(), plan.seed));
        let chunks: Vec<Vec<Option<f64>>> = (reference.chunks.iter())
            .map(|chunk| realized(&plan.metrics, &reference.cases.pick(&chunk.rows)))
            .collect();
        Learned {
            calibrations,
            worlds: ClassWorlds::of(labelled, calibrations, plan.resamples, plan.seed),
            history: History::of(&plan.metrics, errors.collect(), &chunks),
        }
    }
}

/// The ranks of the cases by the score of each class.
pub(super) fn ranked(cases: &Classified) -> Vec<Ranked> {
    (0..cases.classes())
        .map(|class| Ranked::of(&cases.against_rest(class)))
        .collect()
}

/// Columns of the classes, each in the order of the ranks of its class.
pub(super) struct Arranged<'a>(Vec<(&'a Ranked, Vec<f64>)>);

impl Arranged<'_> {
    pub(super) fn borrow(&self) -> Vec<(&Ranked, &[f64])> {
        self.0
            .iter()
            .map(|(ranked, column)| (*ranked, column.as_slice()))
            .collect()
    }
}

pub(super) fn arranged<'a>(ranked: &'a [Ranked], columns: &[Vec<f64>]) -> Arranged<'a> {
    let both = ranked.iter().zip(columns);
    Arranged(
        both.map(|(ranked, column)| (ranked, ranked.arrange(column)))
            .collect(),
    )
}

/// The probabilities of the classes of each case, made to sum to 1; equal ones where all are 0.
pub(super) fn probabilities(
    scores: &[Vec<f64>],
    probability: impl Fn(usize, f64) -> f64,
) -> Vec<Vec<f64>> {
    let classes = scores.iter().enumerate();
    let mut columns: Vec<Vec<f64>> = classes
        .map(|(class, column)| {
            column
                .iter()
                .map(|&score| probability(class, score))
                .collect()
        })
        .collect();
    let rows = columns.first().map_or(0, Vec::len);
    for row in 0..rows {
        let sum: f64 = columns.iter().map(|column| column[row]).sum();
        let equal = 1.0 / columns.len() as f64;
        for column in &mut columns {
            column[row] = if sum > 0.0 { column[row] / sum } else { equal };
        }
    }
    columns
}

/// Of each class, 1 for the cases of which it is true.
fn truths(truth: &[Option<u32>], classes: usize) -> Vec<Vec<f64>> {
    let is = |class: u32| move |truth: &Option<u32>| f64::from(u8::from(*truth == Some(class)));
    (0..classes as u32)
        .map(|class| truth.iter().map(is(class)).collect())
        .collect()
}

/// What the known labels of cases give for each metric.
fn realized(metrics: &[&'static dyn Estimable], cases: &Classified) -> Vec<Option<f64>> {
    let labelled = cases.pick(&cases.labelled());
    let ranked = ranked(&labelled);
    let truth = arranged(&ranked, &truths(&labelled.truth, labelled.classes()));
    let realized = metrics
        .iter()
        .map(|metric| metric.across(&truth.borrow(), true).ok());
    realized.collect()
}
