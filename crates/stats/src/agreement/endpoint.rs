use rayon::prelude::*;

use super::Ratings;
use crate::cases::Cases;
use crate::draw::Draw;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{bounds_of, by_patient};
use crate::metric::Metric;

/// What a model is judged by, when the truth is what readers say.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// The interval when patients are drawn anew and the truth stays as the readers gave it.
    pub patients: Estimate,
    /// The interval when patients and readers are drawn anew, and the readers that were drawn vote.
    pub patients_and_readers: Estimate,
    /// The interval when readers alone are drawn anew: what hangs on who read.
    pub readers: Estimate,
    /// Cases whose truth the readers' vote decides.
    pub decided: usize,
}

/// A model that is judged by readers.
pub struct Judged<'a> {
    /// Its number for each case; none where it has none.
    pub score: &'a [Option<f64>],
    pub threshold: Option<f64>,
    /// For each category whether it counts as diseased.
    pub positive: &'a [bool],
    pub metric: &'a dyn Metric,
}

/// What a metric of a model is by the readers' vote, and how unsure that is because of the cases, the readers, and both.
///
/// Readers who are drawn twice vote twice; a tie leaves the case out of that draw.
///
/// # Source
/// Owen 2007, The pigeonhole bootstrap, Ann Appl Stat 1:386-411 (rows and columns are drawn each by themselves).
pub fn endpoint(
    ratings: &Ratings,
    judged: &Judged,
    resamples: u32,
    seed: u64,
    level: Level,
) -> Endpoint {
    const METHOD: &str = "bootstrap_pigeonhole";
    let Judged {
        score,
        threshold,
        positive,
        metric,
    } = *judged;
    let readers = ratings.of_case.first().map_or(0, Vec::len);
    let all: Vec<usize> = (0..readers).collect();
    let own: Vec<usize> = (0..score.len()).collect();
    let patients = by_patient(ratings.of_case.len(), ratings.patients.as_deref());
    let value = |truth: &[Option<bool>], cases: &[usize]| {
        let known = cases
            .iter()
            .filter_map(|&case| Some((truth[case]?, score[case]?)));
        let (truth, score) = known.unzip();
        let cases = Cases::new(truth, score, threshold, None).map_err(|_| Undefined::NoCase)?;
        let value = metric.estimate(&cases, level)?.value;
        value.ok_or(Undefined::NoCase)
    };
    let truth = votes(ratings, positive, &all);
    let decided = own
        .iter()
        .filter(|&&case| truth[case].is_some() && score[case].is_some())
        .count();
    let point = value(&truth, &own);
    let drawn = |of_patients: bool, of_readers: bool| {
        let one = |number: u32| {
            let mut draw = Draw::new(seed, u64::from(number));
            let cases: Vec<usize> = match of_patients {
                true => (0..patients.len())
                    .flat_map(|_| patients[draw.below(patients.len())].iter().copied())
                    .collect(),
                false => own.clone(),
            };
            if !of_readers {
                return value(&truth, &cases).ok();
            }
            let chosen: Vec<usize> = (0..readers).map(|_| draw.below(readers)).collect();
            value(&votes(ratings, positive, &chosen), &cases).ok()
        };
        let values: Vec<f64> = (0..resamples).into_par_iter().filter_map(one).collect();
        match &point {
            Err(why) => Estimate::undefined(*why, decided as u64, level, METHOD),
            Ok(point) => {
                let bounds = bounds_of(values, resamples, level);
                let clusters = ratings.patients.is_some().then_some(patients.len() as u64);
                Estimate::with_interval(*point, bounds, decided as u64, level, METHOD)
                    .clusters(clusters)
                    .seed(seed)
            }
        }
    };
    Endpoint {
        patients: drawn(true, false),
        patients_and_readers: drawn(true, true),
        readers: drawn(false, true),
        decided,
    }
}

/// What these readers decide by vote: whether each case is diseased, none where they are tied or silent.
fn votes(ratings: &Ratings, positive: &[bool], readers: &[usize]) -> Vec<Option<bool>> {
    let of_case = ratings.of_case.iter().map(|case| {
        let mut vote = 0_i64;
        for said in readers.iter().filter_map(|&reader| case[reader]) {
            vote += if positive[said] { 1 } else { -1 };
        }
        match vote {
            0 => None,
            vote => Some(vote > 0),
        }
    });
    of_case.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::by_id;

    /// 60 cases that three readers read; the third is contrary in every `odd`th case.
    fn said(odd: usize) -> (Ratings, Vec<Option<f64>>) {
        let truth = |case: usize| case.is_multiple_of(3);
        let of_case = (0..60).map(|case| {
            let contrary = case % odd == 1;
            let second = truth(case) != (case % 7 == 2);
            [truth(case), second, truth(case) != contrary]
                .map(|said| Some(usize::from(said)))
                .to_vec()
        });
        let ratings = Ratings {
            of_case: of_case.collect(),
            values: vec![0.0, 1.0],
            patients: None,
        };
        let score = (0..60).map(|case| {
            Some(if truth(case) != (case % 10 == 3) {
                0.9
            } else {
                0.1
            })
        });
        (ratings, score.collect())
    }

    fn width(estimate: &Estimate) -> f64 {
        estimate.high.expect("an interval") - estimate.low.expect("an interval")
    }

    #[test]
    fn readers_who_differ_make_an_endpoint_less_sure() {
        let metric = by_id("sensitivity").expect("a metric");
        let of = |odd: usize| {
            let (ratings, score) = said(odd);
            let judged = Judged {
                score: &score,
                threshold: Some(0.5),
                positive: &[false, true],
                metric,
            };
            endpoint(&ratings, &judged, 500, 1, Level::DEFAULT)
        };
        let (little, much) = (of(59), of(3));
        assert!(width(&much.patients_and_readers) > width(&much.patients));
        assert!(width(&much.readers) > width(&little.readers));
        // The vote of 60 cases with a sensitivity of 18 of 20, by hand.
        assert_eq!(little.decided, 60);
        assert_eq!(little.patients.value, Some(0.9));
        assert_eq!(of(3), much, "the same seed draws the same");
    }
}
