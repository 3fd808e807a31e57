//! Times to the first of several kinds of events, of which one is asked for: another one rules it out, being lost to follow-up does not.
//!
//! A cause is a number from 1 on. Who is lost early is made up for by weighting the others with the inverse probability to be still
//! followed up (Kaplan and Meier's of being lost, the same for all). At an event that is its value just before, at a horizon at it.

use std::cmp::Ordering;

use super::{Censored, Followed, Weights, ranks};

/// A case: when the first event came and of which kind, or until when none was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ended {
    /// At least 0.
    pub time: f64,
    /// 0 if no event was seen.
    pub cause: u32,
}

fn followed(cases: &[Ended]) -> Followed {
    let of_any = cases.iter().map(|case| Censored {
        time: case.time,
        event: case.cause != 0,
    });
    Followed::of(&of_any.collect::<Vec<_>>())
}

fn longest(cases: &[Ended]) -> f64 {
    cases.iter().map(|case| case.time).fold(f64::MIN, f64::max)
}

/// The probability of an event of this cause by a horizon, in 0..=1. At one time events come before losses. None without a case, or where
/// nobody is followed up so long and somebody was left without an event.
///
/// # Source
/// Aalen and Johansen 1978, Scand J Stat 5:141-150.
pub fn incidence(cases: &[Ended], cause: u32, horizon: f64) -> Option<f64> {
    let mut order: Vec<&Ended> = cases.iter().collect();
    order.sort_unstable_by(|a, b| a.time.total_cmp(&b.time));
    let mut at_risk = cases.len() as f64;
    // Without any event so far.
    let mut free = 1.0;
    let mut sum = 0.0;
    for same in order.chunk_by(|a, b| a.time == b.time) {
        if same[0].time > horizon {
            break;
        }
        let of = |is: &dyn Fn(u32) -> bool| same.iter().filter(|case| is(case.cause)).count();
        sum += free * of(&|own| own == cause) as f64 / at_risk;
        free *= 1.0 - of(&|own| own != 0) as f64 / at_risk;
        at_risk -= same.len() as f64;
    }
    let is_known = !cases.is_empty() && (longest(cases) >= horizon || free == 0.0);
    is_known.then_some(sum)
}

/// The area under the ROC curve at a horizon: cases with an event of this cause by then against those without an event by then or with one
/// of another cause by then (the second of the paper's two definitions of controls). Ties half. None where one kind is absent.
///
/// # Source
/// Blanche, Dartigues and Jacqmin-Gadda 2013, Stat Med 32:5381-5397, with Kaplan and Meier's weights: `AUC_2` of their timeROC, but that an
/// event at the horizon itself is one by then.
pub fn cumulative_auc(cases: &[Ended], cause: u32, score: &[f64], horizon: f64) -> Option<f64> {
    let followed = followed(cases);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_unstable_by(|&i, &j| score[i].total_cmp(&score[j]));
    let (mut diseased, mut healthy, mut area) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|&i, &j| score[i] == score[j]) {
        let (mut own, mut others) = (0.0, 0.0);
        for &i in tied {
            match weighed(&cases[i], cause, horizon, &followed) {
                (Kind::Event, weight) => own += weight,
                (Kind::Other | Kind::Free, weight) => others += weight,
                (Kind::Lost, _) => {}
            }
        }
        area += own * (healthy + others / 2.0);
        diseased += own;
        healthy += others;
    }
    (diseased > 0.0 && healthy > 0.0).then(|| area / (diseased * healthy))
}

/// What is known of a case at a horizon.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// It had the event.
    Event,
    /// It had another, and can no longer have the event.
    Other,
    /// It had none.
    Free,
    /// It was lost before.
    Lost,
}

/// What is known of a case at a horizon, and for how many cases it stands.
fn weighed(case: &Ended, cause: u32, horizon: f64, followed: &Followed) -> (Kind, f64) {
    let (kind, still) = if case.time > horizon {
        (Kind::Free, followed.at(horizon))
    } else if case.cause == 0 {
        return (Kind::Lost, 0.0);
    } else if case.cause == cause {
        (Kind::Event, followed.before(case.time))
    } else {
        (Kind::Other, followed.before(case.time))
    };
    (kind, 1.0 / still)
}

/// The squared error of the probability of an event of this cause by a horizon, weighted for who was lost. None without a case, or where
/// nobody is followed up so long.
///
/// # Source
/// Schoop et al. 2011, Biom J 53:88-112, after Graf et al. 1999, Stat Med 18:2529-2545.
pub fn brier(cases: &[Ended], cause: u32, probability: &[f64], horizon: f64) -> Option<f64> {
    if cases.is_empty() || longest(cases) < horizon {
        return None;
    }
    let followed = followed(cases);
    let errors = cases.iter().zip(probability).map(|(case, p)| {
        match weighed(case, cause, horizon, &followed) {
            (Kind::Event, weight) => weight * (1.0 - p) * (1.0 - p),
            (Kind::Other | Kind::Free, weight) => weight * p * p,
            (Kind::Lost, _) => 0.0,
        }
    });
    Some(errors.sum::<f64>() / cases.len() as f64)
}

/// The concordance of a score with the order of events of this cause up to a horizon, which may be infinite: of the pairs of a case with
/// such an event by then and one that is followed longer, or had an event of another cause before or at that time, the share in which the
/// first has the higher score, ties half, weighted for who was lost. None without such a pair.
///
/// # Source
/// Wolbers et al. 2014, Biostatistics 15:526-539, equations 3 and 4 with weights that are the same for all.
pub fn c_index(cases: &[Ended], cause: u32, score: &[f64], horizon: f64) -> Option<f64> {
    let followed = followed(cases);
    let (rank, different) = ranks(score);
    let is_event = |&&i: &&usize| cases[i].cause == cause && cases[i].time <= horizon;
    let (mut right, mut pairs) = (0.0, 0.0);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    // Against those that are followed longer: from the end.
    order.sort_unstable_by(|&i, &j| by_time(&cases[j], &cases[i]));
    let mut longer = Weights::new(different);
    for same in order.chunk_by(|&i, &j| cases[i].time == cases[j].time) {
        let time = cases[same[0]].time;
        if longer.all > 0.0 {
            let weight = 1.0 / (followed.before(time) * followed.at(time));
            for &i in same.iter().filter(is_event) {
                right += weight * longer.beaten(rank[i]);
                pairs += weight * longer.all;
            }
        }
        same.iter().for_each(|&i| longer.add(rank[i], 1.0));
    }
    // Against those that had another event by then: from the beginning.
    order.reverse();
    let mut ruled_out = Weights::new(different);
    for same in order.chunk_by(|&i, &j| cases[i].time == cases[j].time) {
        let weight = 1.0 / followed.before(cases[same[0]].time);
        let others = same
            .iter()
            .filter(|&&i| ![0, cause].contains(&cases[i].cause));
        others.for_each(|&i| ruled_out.add(rank[i], weight));
        for &i in same.iter().filter(is_event) {
            right += weight * ruled_out.beaten(rank[i]);
            pairs += weight * ruled_out.all;
        }
    }
    (pairs > 0.0).then(|| right / pairs)
}

fn by_time(a: &Ended, b: &Ended) -> Ordering {
    a.time.total_cmp(&b.time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ended(list: &[(f64, u32)]) -> Vec<Ended> {
        let of = |&(time, cause): &(f64, u32)| Ended { time, cause };
        list.iter().map(of).collect()
    }

    #[test]
    fn without_losses_the_incidence_is_the_share_with_the_event() {
        let cases = ended(&[(1.0, 1), (2.0, 2), (3.0, 1), (9.0, 0)]);
        assert_eq!(incidence(&cases, 1, 5.0), Some(0.5));
        assert_eq!(incidence(&cases, 2, 5.0), Some(0.25));
        assert_eq!(incidence(&cases, 1, 10.0), None);
        assert_eq!(incidence(&[], 1, 1.0), None);
    }

    #[test]
    fn the_incidence_is_known_for_ever_where_all_had_an_event() {
        let cases = ended(&[(1.0, 1), (2.0, 2)]);
        assert_eq!(incidence(&cases, 1, 10.0), Some(0.5));
    }

    #[test]
    fn who_had_another_event_before_is_a_control() {
        let cases = ended(&[(1.0, 2), (2.0, 1), (9.0, 0)]);
        assert_eq!(cumulative_auc(&cases, 1, &[0.9, 0.5, 0.1], 5.0), Some(0.5));
        assert_eq!(c_index(&cases, 1, &[0.9, 0.5, 0.1], 5.0), Some(0.5));
        assert_eq!(c_index(&cases, 1, &[0.9, 0.5, 0.1], 1.5), None);
    }

    #[test]
    fn an_area_without_an_event_or_without_others_is_not_defined() {
        assert_eq!(cumulative_auc(&ended(&[(9.0, 0)]), 1, &[0.1], 5.0), None);
        assert_eq!(cumulative_auc(&ended(&[(1.0, 1)]), 1, &[0.1], 5.0), None);
    }

    fn cases() -> impl Strategy<Value = Vec<(u8, u32, u8)>> {
        prop::collection::vec((0..12_u8, 0..3_u32, 0..6_u8), 1..40)
    }

    proptest! {
        #[test]
        fn incidences_of_all_causes_never_exceed_1_and_rise(rows in cases(), early in 0.0..12.0_f64, more in 0.0..4.0_f64) {
            let cases: Vec<Ended> = rows.iter().map(|&(time, cause, _)| Ended { time: f64::from(time), cause }).collect();
            if let (Some(a), Some(b)) = (incidence(&cases, 1, early), incidence(&cases, 1, early + more)) {
                prop_assert!(b >= a - 1e-12);
                let other = incidence(&cases, 2, early).expect("of the same cases");
                prop_assert!(a + other <= 1.0 + 1e-12);
            }
        }

        #[test]
        fn the_order_of_the_cases_changes_no_number(rows in cases(), horizon in 0.0..12.0_f64) {
            let of = |rows: &[(u8, u32, u8)]| {
                let cases: Vec<Ended> = rows.iter().map(|&(time, cause, _)| Ended { time: f64::from(time), cause }).collect();
                let score: Vec<f64> = rows.iter().map(|row| f64::from(row.2) / 6.0).collect();
                [
                    incidence(&cases, 1, horizon),
                    cumulative_auc(&cases, 1, &score, horizon),
                    c_index(&cases, 1, &score, horizon),
                    brier(&cases, 1, &score, horizon),
                ]
            };
            let turned: Vec<_> = rows.iter().rev().copied().collect();
            for (a, b) in of(&rows).into_iter().zip(of(&turned)) {
                prop_assert_eq!(a.is_some(), b.is_some());
                let apart = a.unwrap_or_default() - b.unwrap_or_default();
                prop_assert!(apart.abs() < 1e-9 && apart.is_finite());
            }
        }
    }
}
