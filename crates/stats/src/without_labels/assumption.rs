//! What an estimate without labels rests on: what the data can say about each assumption, and what they cannot.

mod calibrated;
mod correlation;
mod domain;
mod enough;
mod learned;

use super::calibration::Calibration;
use super::dle::{Dle, Learned};
use super::multiclass::probabilities;
use super::observed::{Features, Observed};
use super::{Cbpe, Chunk, Classified, Predicted, Scored};
use crate::estimate::{Estimate, Level};
use crate::interval;
use serde::Serialize;

/// Something that must be so for an estimate to be right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assumption {
    /// Its name in files.
    pub id: &'static str,
    /// Whether the data show that it holds, or that it does not; absent where they do not decide.
    pub holds: Option<bool>,
    /// What is assumed, and what was found, in sentences.
    pub why: String,
    /// What was measured.
    pub measures: Vec<Measure>,
}

/// A number behind an assumption.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// Its name in files.
    pub id: &'static str,
    /// The number.
    pub estimate: Estimate,
}

impl Measure {
    fn new(id: &'static str, estimate: Estimate) -> Measure {
        Measure { id, estimate }
    }
}

const SAME_MEANING: &str = "A case of a given score is diseased as often now as in the reference. Nothing but labels can \
    show that it is: a new therapy, another definition of the disease or another mix of causes changes it unseen.";

/// The assumptions of confidence-based estimation, the one that cannot be checked first.
pub(super) fn of_classification(
    plan: &Cbpe,
    calibration: &Calibration,
    reference: Observed<Scored>,
    current: Observed<Scored>,
) -> Vec<Assumption> {
    let labelled: Vec<usize> = (0..reference.cases.n())
        .filter(|&row| reference.cases.truth[row].is_some())
        .collect();
    let cases = reference.cases.pick(&labelled);
    let fitted = calibrated::CrossFitted::of(&cases, calibration, plan.seed);
    let labelled_features = reference.features.pick(&labelled);
    let scored =
        |features: &Features, score: &[f64]| features.clone().with("score", score.to_vec());
    vec![
        no_concept_drift(SAME_MEANING),
        calibrated::calibrated(&cases, &fitted, plan.level, plan.seed),
        domain::score_suffices(&labelled_features, &cases, &fitted, plan.level, plan.seed),
        domain::same_domain(
            "score_in_range",
            &scored(&Features::default(), &cases.score),
            &scored(&Features::default(), &current.cases.score),
            plan.level,
        ),
        domain::same_domain(
            "features_in_domain",
            &labelled_features,
            current.features,
            plan.level,
        ),
        enough::truth_is_known(
            &reference.cases.score,
            &(reference.cases.truth.iter().map(Option::is_some)).collect::<Vec<bool>>(),
            plan.level,
        ),
        enough::cases_of_each_class(current.chunks, plan.level, |rows| {
            let score = |&row: &usize| current.cases.score[row];
            let p = rows.iter().map(|row| calibration.probability(score(row)));
            let diseased: f64 = p.sum();
            diseased.min(rows.len() as f64 - diseased)
        }),
        enough::reference_chunks(reference.chunks, current.chunks, plan.level),
    ]
}

/// As [`of_classification`], of several classes: each is looked at against the rest.
pub(super) fn of_classes(
    plan: &Cbpe,
    classes: &[String],
    calibrations: &[Calibration],
    reference: Observed<Classified>,
    current: Observed<Classified>,
) -> Vec<Assumption> {
    let labelled = reference.cases.labelled();
    let cases = reference.cases.pick(&labelled);
    let calibrated = |(class, name): (usize, &String)| {
        let one = cases.against_rest(class);
        let fitted = calibrated::CrossFitted::of(&one, &calibrations[class], plan.seed);
        let found = calibrated::calibrated(&one, &fitted, plan.level, plan.seed);
        Assumption {
            why: format!("Class `{name}`: {}", found.why),
            ..found
        }
    };
    let scored = |cases: &Classified| {
        let columns = classes.iter().zip(&cases.scores);
        columns.fold(Features::default(), |features, (class, score)| {
            features.with(&format!("score of {class}"), score.clone())
        })
    };
    let said: Vec<f64> = (reference.cases.named.iter().enumerate())
        .map(|(row, &class)| reference.cases.scores[class as usize][row])
        .collect();
    let known: Vec<bool> = reference.cases.truth.iter().map(Option::is_some).collect();
    let mut found = vec![no_concept_drift(SAME_MEANING)];
    found.extend(classes.iter().enumerate().map(calibrated));
    found.extend([
        domain::same_domain(
            "score_in_range",
            &scored(&cases),
            &scored(current.cases),
            plan.level,
        ),
        domain::same_domain(
            "features_in_domain",
            &reference.features.pick(&labelled),
            current.features,
            plan.level,
        ),
        enough::truth_is_known(&said, &known, plan.level),
        enough::cases_of_each_class(current.chunks, plan.level, |rows| {
            let p = probabilities(&current.cases.pick(rows).scores, |class, score| {
                calibrations[class].probability(score)
            });
            let expected = p.iter().map(|column| column.iter().sum::<f64>());
            expected.fold(f64::INFINITY, f64::min)
        }),
        enough::reference_chunks(reference.chunks, current.chunks, plan.level),
    ]);
    found
}

/// The assumptions of direct loss estimation, the one that cannot be checked first.
pub(super) fn of_regression(
    plan: &Dle,
    learned: &[Learned],
    reference: Observed<Predicted>,
    current: Observed<Predicted>,
) -> Vec<Assumption> {
    let labelled = reference.cases.labelled();
    let all = |features: &Features, cases: &Predicted| {
        let features = features.clone();
        features.with("prediction", cases.predicted.clone())
    };
    let known: Vec<bool> = reference.cases.truth.iter().map(Option::is_some).collect();
    let mut found = vec![no_concept_drift(
        "A case of given features and prediction has as large an error now as in the reference. Nothing but labels can \
         show that it has: where the relation of features to truth changes, errors grow unseen.",
    )];
    found.push(learned::error_is_learned(learned, plan.level));
    found.extend([
        domain::same_domain(
            "features_in_domain",
            &all(reference.features, reference.cases).pick(&labelled),
            &all(current.features, current.cases),
            plan.level,
        ),
        enough::truth_is_known(&reference.cases.predicted, &known, plan.level),
        enough::cases(current.chunks, plan.level),
        enough::reference_chunks(reference.chunks, current.chunks, plan.level),
    ]);
    found
}

fn no_concept_drift(why: &str) -> Assumption {
    Assumption {
        id: "no_concept_drift",
        holds: None,
        why: why.to_owned(),
        measures: Vec::new(),
    }
}

/// A share with Wilson's interval; of nothing it is undefined.
fn share(events: usize, n: usize, level: Level) -> Estimate {
    let (k, size) = (events as f64, n as f64);
    let interval = interval::wilson(k, size, level);
    Estimate::new(k / size, interval, n as u64, level, "wilson").events(events as u64)
}

/// What was counted, without doubt.
fn count(value: f64, n: usize, level: Level) -> Estimate {
    Estimate::new(value, (value, value), n as u64, level, "counted")
}

/// The keys of the first of these chunks.
fn named<'a>(chunks: impl Iterator<Item = &'a Chunk>) -> String {
    let keys: Vec<&str> = chunks.map(|chunk| chunk.key.as_str()).collect();
    match keys.as_slice() {
        [first, second, third, .., _] => {
            format!("{first}, {second}, {third} and {} more", keys.len() - 3)
        }
        few => few.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boosting::{Boosting, Feature};
    use crate::draw::Draw;
    use crate::without_labels::simulated::{self, OVERCONFIDENT, World, observed};
    use crate::without_labels::{Loss, Recalibration, by_id};

    /// What is found about the assumptions, and about one of them.
    fn found(
        recalibration: Recalibration,
        (reference, known): (&Scored, &Features),
        (current, new): (&Scored, &Features),
    ) -> Vec<Assumption> {
        let plan = Cbpe {
            metrics: by_id("accuracy").into_iter().collect(),
            recalibration,
            level: Level::DEFAULT,
            resamples: 20,
            seed: 0,
        };
        let chunks = [reference.n(), current.n()].map(|n| Chunk::by_number(n, 8));
        let report = plan.estimate(
            observed(reference, &chunks[0], known),
            observed(current, &chunks[1], new),
        );
        report.expect("both classes are there").assumptions
    }

    fn holds(assumptions: &[Assumption], id: &str) -> Option<bool> {
        let found = assumptions.iter().find(|one| one.id == id);
        found.expect("it is among them").holds
    }

    fn plain(
        recalibration: Recalibration,
        reference: &Scored,
        current: &Scored,
    ) -> Vec<Assumption> {
        let none = Features::default();
        found(recalibration, (reference, &none), (current, &none))
    }

    #[test]
    fn that_the_concept_stayed_is_never_said_to_hold() {
        let cases = simulated::scored(OVERCONFIDENT, 1, 1_000);
        let of_scores = plain(Recalibration::Always, &cases, &cases);
        assert_eq!(of_scores[0].id, "no_concept_drift");
        assert_eq!(of_scores[0].holds, None);
        assert!(of_scores[0].why.contains("Nothing but labels"));
        for id in [
            "calibrated",
            "score_in_range",
            "truth_is_known",
            "enough_cases",
            "reference_chunks",
        ] {
            assert_eq!(holds(&of_scores, id), Some(true), "{id}: {of_scores:#?}");
        }
        for id in ["score_suffices", "features_in_domain"] {
            assert_eq!(holds(&of_scores, id), None, "no feature was named");
        }
    }

    #[test]
    fn scores_that_are_no_probabilities_break_calibration_unless_they_are_recalibrated() {
        let cases = simulated::scored(OVERCONFIDENT, 1, 2_000);
        let raw = plain(Recalibration::Never, &cases, &cases);
        assert_eq!(holds(&raw, "calibrated"), Some(false), "{raw:#?}");
        let few = simulated::scored(
            World {
                seen: |z| z,
                ..OVERCONFIDENT
            },
            1,
            60,
        );
        let unsure = plain(Recalibration::Never, &few, &few);
        assert_eq!(holds(&unsure, "calibrated"), None, "{unsure:#?}");
    }

    #[test]
    fn new_cases_beyond_the_reference_are_seen() {
        let reference = simulated::scored(
            World {
                shift: -2.0,
                ..OVERCONFIDENT
            },
            1,
            500,
        );
        let beyond = simulated::scored(
            World {
                shift: 4.0,
                ..OVERCONFIDENT
            },
            2,
            500,
        );
        let all = plain(Recalibration::Always, &reference, &beyond);
        assert_eq!(holds(&all, "score_in_range"), Some(false), "{all:#?}");
        let ward = |code: u32| Features {
            names: vec!["ward".to_owned()],
            columns: vec![Feature::Category(vec![Some(code); 500])],
        };
        let none = found(
            Recalibration::Always,
            (&reference, &ward(1)),
            (&reference, &ward(2)),
        );
        assert_eq!(holds(&none, "features_in_domain"), Some(false));
        let domain = none
            .iter()
            .find(|one| one.id == "features_in_domain")
            .expect("listed");
        assert!(domain.why.contains("`ward` (500)"), "{}", domain.why);
        let same = found(
            Recalibration::Always,
            (&reference, &ward(1)),
            (&reference, &ward(1)),
        );
        assert_eq!(holds(&same, "features_in_domain"), Some(true));
    }

    #[test]
    fn a_feature_that_says_more_than_the_score_is_found() {
        let mut draw = Draw::new(5, 0);
        let (mut score, mut truth, mut told, mut untold) = (vec![], vec![], vec![], vec![]);
        for _ in 0..2_000 {
            let (seen, unseen) = (draw.normal(), draw.normal());
            let p = |z: f64| 1.0 / (1.0 + (-z).exp());
            score.push(p(seen));
            truth.push(Some(draw.uniform() < p(1.5 * seen + 1.5 * unseen)));
            told.push(seen);
            untold.push(unseen);
        }
        let cases = Scored::new(score, truth).and_then(|cases| cases.with_threshold(0.5));
        let cases = cases.expect("probabilities");
        let with = |values: Vec<f64>| Features::default().with("x", values);
        for (values, wanted) in [(told, Some(true)), (untold, Some(false))] {
            let features = with(values);
            let all = found(
                Recalibration::Always,
                (&cases, &features),
                (&cases, &features),
            );
            assert_eq!(holds(&all, "score_suffices"), wanted, "{all:#?}");
        }
    }

    #[test]
    fn truth_that_is_missing_where_the_model_is_sure_breaks_the_reference() {
        let mut cases = simulated::scored(OVERCONFIDENT, 1, 800);
        let full = cases.clone();
        for row in 0..800 {
            if full.score[row] > 0.7 {
                cases.truth[row] = None;
            }
        }
        assert_eq!(
            holds(
                &plain(Recalibration::Always, &cases, &full),
                "truth_is_known"
            ),
            Some(false)
        );
        let mut by_chance = full.clone();
        by_chance.truth[..200].fill(None);
        let unknown = plain(Recalibration::Always, &by_chance, &full);
        assert_eq!(holds(&unknown, "truth_is_known"), None, "{unknown:#?}");
    }

    #[test]
    fn small_chunks_and_few_or_other_chunks_of_the_reference_are_named() {
        let reference = simulated::scored(OVERCONFIDENT, 1, 800);
        let current = simulated::scored(OVERCONFIDENT, 2, 80);
        let all = plain(Recalibration::Always, &reference, &current);
        assert_eq!(holds(&all, "enough_cases"), Some(false));
        assert_eq!(
            holds(&all, "reference_chunks"),
            Some(false),
            "a tenth of the size"
        );
    }

    #[test]
    fn what_learns_nothing_of_errors_says_so() {
        let (cases, features) = simulated::predicted(1, 1_500, 0.0, 1.0);
        let blind = Features {
            columns: vec![Feature::Number(vec![0.0; 1_500])],
            ..features.clone()
        };
        let chunks = Chunk::by_number(1_500, 10);
        let plan = Dle {
            losses: Loss::by_id("mae").into_iter().collect(),
            learner: &Boosting {
                trees: 20,
                ..Boosting::default()
            },
            level: Level::DEFAULT,
            resamples: 20,
            seed: 0,
        };
        for (features, wanted) in [(&features, Some(true)), (&blind, Some(false))] {
            let side = observed(&cases, &chunks, features);
            let all = plan
                .estimate(side, side)
                .expect("there is something to learn")
                .assumptions;
            assert_eq!(all[0].holds, None);
            assert_eq!(holds(&all, "error_is_learned"), wanted, "{all:#?}");
        }
    }
}
