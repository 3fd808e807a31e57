use super::Chunk;
use super::assumption::{Assumption, of_regression};
use super::estimated::{ChunkEstimates, MetricEstimate};
use super::folds::folds;
use super::limits::Limits;
use super::loss::{Loss, Row};
use super::observed::{EstimationError, Features, Observed, check};
use super::predicted::Predicted;
use super::regressor::{Fitted, Regressor};
use crate::draw::Draw;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::quantile;
use serde::Serialize;
use std::collections::btree_map::{BTreeMap, Entry};
use std::collections::{BTreeSet, HashMap};

/// Parts of the reference of which each is asked by what was learned on the others.
const FOLDS: usize = 5;
/// Groups of cases that are expected to be about equally wrong: at most so many, of at least so many cases.
const GROUPS_MAX: usize = 10;
const GROUP_CASES: usize = 50;
const METHOD: &str = "dle_residual_bootstrap";

/// Direct loss estimation of a model that predicts a number.
///
/// A second model learns, from the features and the prediction of the cases of the reference, how wrong the prediction
/// was. The estimate is what it says of new cases on average, or the root of that. The interval is of the loss that the
/// truths of the very same cases would give: the second model's errors on cases that it did not see, drawn anew among
/// cases of which it says about the same, and how much it changes when a fifth of the reference is left out.
///
/// # Source
/// NannyML 0.13.1, `DLE`: what is learned, sampling errors and limits are by its definitions, with a learner of our own in
/// place of LightGBM. Interval: Efron and Tibshirani 1993, section 9.4 (residuals), Shao and Wu 1989, Annals of Statistics
/// 17:1176-1197 (jackknife of groups).
pub struct Dle<'a> {
    /// The losses, from [`super::LOSSES`].
    pub losses: Vec<&'static Loss>,
    /// What learns how wrong a prediction is.
    pub learner: &'a dyn Regressor,
    /// The level of the intervals.
    pub level: Level,
    /// How often errors are drawn anew.
    pub resamples: u32,
    /// The seed of all chance.
    pub seed: u64,
}

/// What direct loss estimation says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DleReport {
    /// The chunks of the reference, of which the second model has seen the truth: too good to be true.
    pub reference: Vec<ChunkEstimates>,
    /// The chunks of now.
    pub current: Vec<ChunkEstimates>,
    /// What all this rests on.
    pub assumptions: Vec<Assumption>,
}

impl Dle<'_> {
    /// Estimates for the chunks of now from a reference, of which cases without truth are set aside. The prediction is a
    /// feature of its own and need not be among the features.
    ///
    /// # Errors
    /// [`EstimationError`].
    pub fn estimate(
        &self,
        reference: Observed<Predicted>,
        current: Observed<Predicted>,
    ) -> Result<DleReport, EstimationError> {
        check(
            (reference, reference.cases.n()),
            (current, current.cases.n()),
        )?;
        if reference.cases.labelled().is_empty() {
            return Err(EstimationError::NoTruth);
        }
        let mut learned: BTreeMap<Row, Result<Learned, Undefined>> = BTreeMap::new();
        for loss in &self.losses {
            if let Entry::Vacant(place) = learned.entry(loss.of) {
                place.insert(Learned::of(self, loss.of, reference)?);
            }
        }
        let limits: Vec<Option<Limits>> = (self.losses.iter())
            .map(|loss| {
                let chunks = reference.chunks.iter();
                let realized: Vec<f64> = chunks
                    .filter_map(|chunk| realized(loss, reference.cases, chunk))
                    .collect();
                Limits::of(&realized, None)
            })
            .collect();
        let estimates = |observed: Observed<Predicted>, from: usize| -> Vec<ChunkEstimates> {
            let chunks = observed.chunks.iter().enumerate();
            let numbered = chunks.map(|(at, chunk)| ((from + at) as u64, chunk));
            numbered
                .map(|(number, chunk)| self.chunk(number, chunk, observed, &learned, &limits))
                .collect()
        };
        let (of_reference, of_current) = (
            estimates(reference, 0),
            estimates(current, reference.chunks.len()),
        );
        let learned: Vec<Learned> = learned.into_values().flatten().collect();
        Ok(DleReport {
            reference: of_reference,
            current: of_current,
            assumptions: of_regression(self, &learned, reference, current),
        })
    }

    fn chunk(
        &self,
        number: u64,
        chunk: &Chunk,
        observed: Observed<Predicted>,
        learned: &BTreeMap<Row, Result<Learned, Undefined>>,
        limits: &[Option<Limits>],
    ) -> ChunkEstimates {
        let n = chunk.rows.len();
        let asked = inputs(observed, &chunk.rows);
        let patient: Option<Vec<u32>> = (observed.cases.patient.as_ref())
            .map(|patient| chunk.rows.iter().map(|&row| patient[row]).collect());
        let drawn: BTreeMap<Row, Result<Drawn, Undefined>> = (learned.iter())
            .map(|(row, learned)| {
                let stream = number * (1 << 32) + *row as u64;
                let draw = Draw::new(self.seed, stream);
                let means = learned
                    .as_ref()
                    .map(|learned| learned.means(&asked, patient.as_deref(), self.resamples, draw))
                    .map_err(|why| *why);
                (*row, means)
            })
            .collect();
        let metric = |(loss, limits): (&&'static Loss, &Option<Limits>)| {
            let estimate = match &drawn[&loss.of] {
                Ok(drawn) => drawn.estimate(loss, n as u64, self.level).seed(self.seed),
                Err(why) => Estimate::undefined(*why, n as u64, self.level, METHOD),
            };
            let learned = learned[&loss.of].as_ref().ok();
            let error = learned.and_then(|learned| loss.sampling_error(&learned.wrong, n));
            let realized = realized(loss, observed.cases, chunk);
            MetricEstimate::new(loss.id, estimate, error, realized, *limits)
        };
        let labelled = chunk
            .rows
            .iter()
            .filter(|&&row| observed.cases.truth[row].is_some());
        ChunkEstimates {
            key: chunk.key.clone(),
            n: n as u64,
            labelled: labelled.count() as u64,
            metrics: self.losses.iter().zip(limits).map(metric).collect(),
        }
    }
}

/// What the second model is asked with.
fn inputs(observed: Observed<Predicted>, rows: &[usize]) -> Features {
    let predicted = rows
        .iter()
        .map(|&row| observed.cases.predicted[row])
        .collect();
    observed.features.pick(rows).with("prediction", predicted)
}

/// What the known truths of a chunk give.
fn realized(loss: &Loss, cases: &Predicted, chunk: &Chunk) -> Option<f64> {
    let known = chunk
        .rows
        .iter()
        .filter_map(|&row| Some((cases.truth[row]?, row)));
    let wrong: Result<Vec<f64>, Undefined> = known
        .map(|(truth, row)| loss.of.wrong(truth, cases.predicted[row]))
        .collect();
    let wrong = wrong.ok().filter(|wrong| !wrong.is_empty())?;
    Some(loss.of_mean(wrong.iter().sum::<f64>() / wrong.len() as f64))
}

/// What was learned about one way to be wrong.
pub(super) struct Learned {
    pub(super) row: Row,
    /// How wrong the predictions of the reference are.
    pub(super) wrong: Vec<f64>,
    /// The patients of the reference, where patients were given.
    pub(super) patients: Option<usize>,
    full: Box<dyn Fitted>,
    /// As learned without each part of the reference.
    without: Vec<Box<dyn Fitted>>,
    /// What those say of the part that they did not see.
    pub(super) expected: Vec<f64>,
}

impl Learned {
    /// # Errors
    /// The outer one stops everything; the inner one says why this way to be wrong means nothing in the reference.
    fn of(
        plan: &Dle,
        row: Row,
        reference: Observed<Predicted>,
    ) -> Result<Result<Learned, Undefined>, EstimationError> {
        let rows = reference.cases.labelled();
        let cases = reference.cases;
        let wrong: Result<Vec<f64>, Undefined> = rows
            .iter()
            .map(|&at| row.wrong(cases.truth[at].unwrap_or(f64::NAN), cases.predicted[at]))
            .collect();
        let wrong = match wrong {
            Ok(wrong) => wrong,
            Err(why) => return Ok(Err(why)),
        };
        let features = inputs(reference, &rows);
        let full = plan.learner.fit(&features.columns, &wrong)?;
        let patient: Option<Vec<u32>> =
            (cases.patient.as_ref()).map(|patient| rows.iter().map(|&at| patient[at]).collect());
        let fold = folds(
            rows.len(),
            patient.as_deref(),
            FOLDS,
            &mut Draw::new(plan.seed, 0),
        );
        let mut expected = vec![0.0; rows.len()];
        let mut without = Vec::with_capacity(FOLDS);
        for out in 0..FOLDS {
            let part = |is_out: bool| -> Vec<usize> {
                (0..rows.len())
                    .filter(|&at| (fold[at] == out) == is_out)
                    .collect()
            };
            let (kept, asked) = (part(false), part(true));
            let target: Vec<f64> = kept.iter().map(|&at| wrong[at]).collect();
            let fitted = plan.learner.fit(&features.pick(&kept).columns, &target)?;
            let found = not_negative(fitted.predict(&features.pick(&asked).columns));
            asked
                .iter()
                .zip(found)
                .for_each(|(&at, found)| expected[at] = found);
            without.push(fitted);
        }
        let patients = patient.map(|patient| patient.into_iter().collect::<BTreeSet<u32>>().len());
        Ok(Ok(Learned {
            row,
            wrong,
            patients,
            full,
            without,
            expected,
        }))
    }

    /// The mean that is expected of a chunk, and means as they may come true.
    fn means(
        &self,
        asked: &Features,
        patient: Option<&[u32]>,
        resamples: u32,
        mut draw: Draw,
    ) -> Drawn {
        let expected = not_negative(self.full.predict(&asked.columns));
        let n = expected.len() as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
        let folds: Vec<f64> = (self.without.iter())
            .map(|fitted| mean(&not_negative(fitted.predict(&asked.columns))))
            .collect();
        let middle = folds.iter().sum::<f64>() / folds.len() as f64;
        let squares: f64 = folds.iter().map(|fold| (fold - middle).powi(2)).sum();
        let jackknife = (squares * (1.0 - 1.0 / folds.len() as f64)).sqrt();
        let groups = Groups::of(self);
        let group: Vec<usize> = expected
            .iter()
            .map(|&expected| groups.at(expected))
            .collect();
        let value = mean(&expected);
        let drawn = (0..resamples).map(|_| {
            let mut of_patient: HashMap<u32, f64> = HashMap::new();
            let mut sum = 0.0;
            for (at, &group) in group.iter().enumerate() {
                // Cases of one patient are wrong alike, since nothing says that they are not.
                let chance = match patient {
                    Some(patient) => *of_patient
                        .entry(patient[at])
                        .or_insert_with(|| draw.uniform()),
                    None => draw.uniform(),
                };
                sum += groups.error(group, chance);
            }
            value + sum / n + jackknife * draw.normal()
        });
        let mut means: Vec<f64> = drawn.collect();
        means.sort_unstable_by(f64::total_cmp);
        Drawn { value, means }
    }
}

fn not_negative(mut values: Vec<f64>) -> Vec<f64> {
    values.iter_mut().for_each(|value| *value = value.max(0.0));
    values
}

/// A mean, and the same as it may come true, rising.
struct Drawn {
    value: f64,
    means: Vec<f64>,
}

impl Drawn {
    /// The interval holds the value, even where the errors lean so far to one side that they would not.
    fn estimate(&self, loss: &Loss, n: u64, level: Level) -> Estimate {
        let tail = (1.0 - level.value()) / 2.0;
        let at = |share: f64| loss.of_mean(quantile(&self.means, share).max(0.0));
        let value = loss.of_mean(self.value);
        let bounds = (at(tail).min(value), at(1.0 - tail).max(value));
        Estimate::new(value, bounds, n, level, METHOD)
    }
}

/// The errors of the second model on cases that it did not see, grouped by what it said of them.
struct Groups {
    /// Where a group begins, but for the first.
    starts: Vec<f64>,
    /// Of each group, rising.
    errors: Vec<Vec<f64>>,
}

impl Groups {
    fn of(learned: &Learned) -> Groups {
        let n = learned.expected.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| learned.expected[i].total_cmp(&learned.expected[j]));
        let count = (n / GROUP_CASES).clamp(1, GROUPS_MAX);
        let mut groups = Groups {
            starts: Vec::new(),
            errors: Vec::new(),
        };
        for group in 0..count {
            let rows = &order[group * n / count..(group + 1) * n / count];
            let error = |&row: &usize| learned.wrong[row] - learned.expected[row];
            let mut errors: Vec<f64> = rows.iter().map(error).collect();
            errors.sort_unstable_by(f64::total_cmp);
            if group > 0 {
                groups.starts.push(learned.expected[rows[0]]);
            }
            groups.errors.push(errors);
        }
        groups
    }

    fn at(&self, expected: f64) -> usize {
        self.starts.partition_point(|&start| start <= expected)
    }

    /// The error at a share of its group, below 1.
    fn error(&self, group: usize, share: f64) -> f64 {
        let errors = &self.errors[group];
        errors[(share * errors.len() as f64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boosting::{Feature, FitError};
    use crate::without_labels::LOSSES;
    use crate::without_labels::simulated::{observed, predicted};

    /// Knows how the simulated error grows, as far as one number says it.
    struct Line;

    impl Regressor for Line {
        fn fit(&self, features: &[Feature], target: &[f64]) -> Result<Box<dyn Fitted>, FitError> {
            let Feature::Number(hardness) = &features[0] else {
                return Err(FitError::NoFeature);
            };
            let grown: f64 = hardness.iter().map(|x| (0.6 * x).exp()).sum();
            Ok(Box::new(Times(target.iter().sum::<f64>() / grown)))
        }
    }

    struct Times(f64);

    impl Fitted for Times {
        fn predict(&self, features: &[Feature]) -> Vec<f64> {
            match &features[0] {
                Feature::Number(hardness) => {
                    hardness.iter().map(|x| self.0 * (0.6 * x).exp()).collect()
                }
                Feature::Category(codes) => vec![self.0; codes.len()],
            }
        }
    }

    fn estimated(losses: &[&str], seed: u64, shift: f64, drift: f64) -> DleReport {
        let (reference, known) = predicted(seed, 400, 0.0, 1.0);
        let (current, new) = predicted(5_000 + seed, 200, shift, drift);
        let plan = Dle {
            losses: losses.iter().filter_map(|id| Loss::by_id(id)).collect(),
            learner: &Line,
            level: Level::DEFAULT,
            resamples: 120,
            seed,
        };
        let chunks = [Chunk::by_number(400, 8), Chunk::by_number(200, 1)];
        let report = plan.estimate(
            observed(&reference, &chunks[0], &known),
            observed(&current, &chunks[1], &new),
        );
        report.expect("there is something to learn")
    }

    fn held(shift: f64, drift: f64) -> usize {
        let holds = |seed: &u64| {
            let report = estimated(&["mae"], *seed, shift, drift);
            let mae = &report.current[0].metrics[0];
            let (low, high) = mae.estimate.interval().expect("an interval");
            (low..=high).contains(&mae.realized.expect("labels"))
        };
        (0..100).filter(holds).count()
    }

    #[test]
    fn intervals_hold_the_realized_loss_even_when_harder_cases_come() {
        for shift in [0.0, 0.8] {
            let held = held(shift, 1.0);
            assert!(held >= 88, "{held} of 100 with a shift of {shift}");
        }
        let drifted = held(0.0, 1.6);
        assert!(drifted < 30, "{drifted} of 100 where errors grew unseen");
    }

    #[test]
    fn harder_cases_cross_the_limits_of_the_reference() {
        let crossed = |shift| estimated(&["mae"], 3, shift, 1.0).current[0].metrics[0].crossed;
        assert_eq!((crossed(0.0), crossed(2.0)), (Some(false), Some(true)));
    }

    #[test]
    fn a_loss_that_means_nothing_in_the_reference_says_why() {
        let (mut reference, known) = predicted(1, 300, 0.0, 1.0);
        reference.truth[7] = Some(0.0);
        reference.truth[8] = Some(-1.0);
        let plan = Dle {
            losses: LOSSES.iter().collect(),
            learner: &Line,
            level: Level::DEFAULT,
            resamples: 50,
            seed: 0,
        };
        let chunks = Chunk::by_number(300, 1);
        let side = observed(&reference, &chunks, &known);
        let report = plan
            .estimate(side, side)
            .expect("the others mean something");
        for metric in &report.current[0].metrics {
            let why = match metric.metric {
                "mape" => Some("A truth is 0, so an error in percent of it means nothing."),
                "msle" | "rmsle" => {
                    Some("A truth or a prediction is negative, so its logarithm means nothing.")
                }
                _ => None,
            };
            assert_eq!(metric.estimate.why.as_deref(), why, "{}", metric.metric);
            assert_eq!(metric.estimate.value.is_none(), why.is_some());
        }
    }

    #[test]
    fn the_root_of_an_estimate_is_the_estimate_of_the_root() {
        let report = estimated(&["mse", "rmse"], 1, 0.0, 1.0);
        let [mse, rmse] = [0, 1].map(|at| report.current[0].metrics[at].estimate.clone());
        let root = |value: Option<f64>| value.map(f64::sqrt);
        assert_eq!(
            (rmse.value, rmse.low, rmse.high),
            (root(mse.value), root(mse.low), root(mse.high))
        );
    }
}
