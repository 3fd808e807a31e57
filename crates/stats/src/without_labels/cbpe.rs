use super::assumption::{Assumption, of_classification};
use super::calibration::{Calibration, Recalibrated, Recalibration, choose};
use super::estimable::Estimable;
use super::estimated::{ChunkEstimates, MetricEstimate};
use super::limits::Limits;
use super::observed::{EstimationError, Observed, check};
use super::ranked::Ranked;
use super::worlds::{Asked, Worlds};
use super::{Chunk, Scored};
use crate::estimate::{Estimate, Level, Undefined};
use serde::Serialize;

/// Confidence-based performance estimation of a model that answers yes or no.
///
/// A score, recalibrated on the reference where that helps, is the probability that its case is diseased. The estimate
/// is the metric of those probabilities in place of labels. Its interval is of the metric that the labels of the very
/// same cases would give, and allows for their chance and for what the reference leaves open about the calibration.
///
/// # Source
/// NannyML 0.13.1, `CBPE`: estimates, sampling errors and limits are by its definitions; Białek, Kuberski, Perrakis and
/// Bifet 2024, arXiv 2407.08649. The interval is ours: see [`super::ESTIMABLE`] for what is resampled.
#[derive(Clone)]
pub struct Cbpe {
    /// The metrics, from [`super::ESTIMABLE`].
    pub metrics: Vec<&'static dyn Estimable>,
    /// When the scores are recalibrated.
    pub recalibration: Recalibration,
    /// The level of the intervals.
    pub level: Level,
    /// The number of made-up worlds behind each interval.
    pub resamples: u32,
    /// The seed of all chance.
    pub seed: u64,
}

/// What confidence-based estimation says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CbpeReport {
    /// Whether the scores were recalibrated.
    pub calibration: Recalibrated,
    /// The chunks of the reference, estimated as those of now: how well the method does where the truth is known.
    pub reference: Vec<ChunkEstimates>,
    /// The chunks of now.
    pub current: Vec<ChunkEstimates>,
    /// What all this rests on.
    pub assumptions: Vec<Assumption>,
}

impl Cbpe {
    /// Estimates for the chunks of now from a reference, of which cases without truth are set aside.
    ///
    /// # Errors
    /// [`EstimationError`].
    pub fn estimate(
        &self,
        reference: Observed<Scored>,
        current: Observed<Scored>,
    ) -> Result<CbpeReport, EstimationError> {
        check(
            (reference, reference.cases.n()),
            (current, current.cases.n()),
        )?;
        check_classes(reference.cases, current.cases)?;
        let labelled = reference.cases.with_truth();
        let (calibration, recalibrated) = choose(&labelled, self.recalibration, self.seed);
        let learned = Learned::of(self, reference, &labelled, &calibration);
        let estimates = |observed: Observed<Scored>, from: usize| -> Vec<ChunkEstimates> {
            let chunks = observed.chunks.iter().enumerate();
            let numbered = chunks.map(|(at, chunk)| ((from + at) as u64, chunk));
            numbered
                .map(|(number, chunk)| self.chunk(number, chunk, observed.cases, &learned))
                .collect()
        };
        let report_reference = estimates(reference, 0);
        let report_current = estimates(current, reference.chunks.len());
        Ok(CbpeReport {
            calibration: recalibrated,
            assumptions: of_classification(self, &calibration, reference, current),
            reference: report_reference,
            current: report_current,
        })
    }

    fn chunk(&self, number: u64, chunk: &Chunk, all: &Scored, learned: &Learned) -> ChunkEstimates {
        let cases = &all.pick(&chunk.rows);
        let ranked = Ranked::of(cases);
        let score = ranked.arrange(&cases.score);
        let diseased: Vec<f64> = score
            .iter()
            .map(|&s| learned.calibration.probability(s))
            .collect();
        let values: Vec<Result<f64, Undefined>> = (self.metrics.iter())
            .map(|metric| metric.expected(&ranked, &diseased))
            .collect();
        let intervals = learned.worlds.intervals(
            &Asked {
                cases,
                ranked: &ranked,
                metrics: &self.metrics,
                values: &values,
                number,
            },
            self.level,
        );
        let realized = realized(&self.metrics, cases);
        let n = cases.n() as u64;
        let metric = |(at, metric): (usize, &&'static dyn Estimable)| {
            let estimate = match values[at] {
                Ok(value) => {
                    let interval = intervals[at];
                    Estimate::with_interval(value, interval, n, self.level, METHOD).seed(self.seed)
                }
                Err(why) => Estimate::undefined(why, n, self.level, METHOD),
            };
            let error = learned.errors[at].map(|error| metric.sampling_error(error, cases.n()));
            let id = metric.about().id;
            MetricEstimate::new(id, estimate, error, realized[at], learned.limits[at])
        };
        ChunkEstimates {
            key: chunk.key.clone(),
            n,
            labelled: cases.labelled() as u64,
            metrics: self.metrics.iter().enumerate().map(metric).collect(),
        }
    }
}

const METHOD: &str = "cbpe_parametric_bootstrap";

/// What the reference says of scores and of each metric.
struct Learned<'a> {
    calibration: &'a Calibration,
    worlds: Worlds<'a>,
    errors: Vec<Option<f64>>,
    limits: Vec<Option<Limits>>,
}

impl<'a> Learned<'a> {
    fn of(
        plan: &Cbpe,
        reference: Observed<Scored>,
        labelled: &Scored,
        calibration: &'a Calibration,
    ) -> Learned<'a> {
        let ranked = Ranked::of(labelled);
        let truth = truth_of(&ranked, labelled);
        let chunks: Vec<Vec<Option<f64>>> = (reference.chunks.iter())
            .map(|chunk| realized(&plan.metrics, &reference.cases.pick(&chunk.rows)))
            .collect();
        let limits = |(at, metric): (usize, &&'static dyn Estimable)| {
            let realized: Vec<f64> = chunks.iter().filter_map(|chunk| chunk[at]).collect();
            Limits::of(&realized, metric.about().max)
        };
        Learned {
            calibration,
            worlds: Worlds::of(labelled, calibration, plan.resamples, plan.seed),
            errors: (plan.metrics.iter())
                .map(|metric| metric.error_of_one(&ranked, &truth, plan.seed))
                .collect(),
            limits: plan.metrics.iter().enumerate().map(limits).collect(),
        }
    }
}

/// What the known labels of cases give for each metric.
fn realized(metrics: &[&'static dyn Estimable], cases: &Scored) -> Vec<Option<f64>> {
    let labelled = cases.with_truth();
    let ranked = Ranked::of(&labelled);
    let truth = truth_of(&ranked, &labelled);
    let realized = metrics
        .iter()
        .map(|metric| metric.realized(&ranked, &truth).ok());
    realized.collect()
}

/// The truth of labelled cases in the order of their ranks.
fn truth_of(ranked: &Ranked, labelled: &Scored) -> Vec<f64> {
    let truth = |truth: Option<bool>| f64::from(u8::from(truth == Some(true)));
    ranked
        .arrange(&labelled.truth)
        .into_iter()
        .map(truth)
        .collect()
}

fn check_classes(reference: &Scored, current: &Scored) -> Result<(), EstimationError> {
    let truth: Vec<bool> = reference.truth.iter().copied().flatten().collect();
    let Some(&first) = truth.first() else {
        return Err(EstimationError::NoTruth);
    };
    if truth.iter().all(|&other| other == first) {
        let class = if first { "diseased" } else { "healthy" };
        let n = truth.len();
        return Err(EstimationError::OneClass { class, n });
    }
    match (&reference.flag, &current.flag) {
        (Some(_), None) => Err(EstimationError::FlagsInOne("reference")),
        (None, Some(_)) => Err(EstimationError::FlagsInOne("current")),
        _ => Ok(()),
    }
}
