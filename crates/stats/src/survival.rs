//! Times to an event that was not always seen.

pub mod competing;

/// A case: when the event came, or until when none was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Censored {
    /// At least 0.
    pub time: f64,
    pub event: bool,
}

/// Harrell's concordance: of the pairs whose order is known, the share in which the case with the event first has the higher score, ties
/// half. An event comes before what was censored at the same time; two events at one time have no order. None without such a pair.
///
/// # Source
/// Harrell, Lee and Mark 1996, Stat Med 15:361-387.
pub fn c_index(cases: &[Censored], score: &[f64]) -> Option<f64> {
    concordance(cases, score, &|_| 1.0)
}

/// Uno's concordance: each pair weighs the inverse square of the probability to be still followed up at its first event.
///
/// # Source
/// Uno et al. 2011, Stat Med 30:1105-1117, without a limit of time; weights as scikit-survival's `concordance_index_ipcw` has them.
pub fn c_index_ipcw(cases: &[Censored], score: &[f64]) -> Option<f64> {
    let followed = Followed::of(cases);
    concordance(cases, score, &|time| {
        let still = followed.at(time);
        if still > 0.0 {
            1.0 / (still * still)
        } else {
            0.0
        }
    })
}

fn concordance(cases: &[Censored], score: &[f64], weight: &dyn Fn(f64) -> f64) -> Option<f64> {
    let (rank, different) = ranks(score);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_unstable_by(|&i, &j| cases[j].time.total_cmp(&cases[i].time));
    // Scores of the cases that are followed longer than the time that is looked at.
    let mut longer = Weights::new(different);
    let (mut right, mut pairs) = (0.0, 0.0);
    for same in order.chunk_by(|&i, &j| cases[i].time == cases[j].time) {
        let (events, censored): (Vec<usize>, Vec<usize>) =
            same.iter().partition(|&&i| cases[i].event);
        censored.iter().for_each(|&i| longer.add(rank[i], 1.0));
        if !events.is_empty() && longer.all > 0.0 {
            let weight = weight(cases[events[0]].time);
            for &i in &events {
                right += weight * longer.beaten(rank[i]);
                pairs += weight * longer.all;
            }
        }
        events.iter().for_each(|&i| longer.add(rank[i], 1.0));
    }
    (pairs > 0.0).then(|| right / pairs)
}

/// The weight of each rank, with sums in logarithmic time. Whole numbers are summed exactly.
///
/// # Source
/// Fenwick 1994, Softw Pract Exp 24:327-336.
struct Weights {
    sums: Vec<f64>,
    all: f64,
}

impl Weights {
    fn new(ranks: usize) -> Self {
        Self {
            sums: vec![0.0; ranks + 1],
            all: 0.0,
        }
    }

    fn add(&mut self, rank: usize, weight: f64) {
        self.all += weight;
        let mut at = rank + 1;
        while at < self.sums.len() {
            self.sums[at] += weight;
            at += at & at.wrapping_neg();
        }
    }

    /// The weight of the ranks below this one, ties with it counting half.
    fn beaten(&self, rank: usize) -> f64 {
        (self.below(rank) + self.below(rank + 1)) / 2.0
    }

    fn below(&self, rank: usize) -> f64 {
        let (mut at, mut sum) = (rank, 0.0);
        while at > 0 {
            sum += self.sums[at];
            at &= at - 1;
        }
        sum
    }
}

/// The place of each score among the different ones, and how many there are.
fn ranks(score: &[f64]) -> (Vec<usize>, usize) {
    let mut sorted = score.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.dedup();
    let rank = |value: &f64| sorted.partition_point(|one| one < value);
    (score.iter().map(rank).collect(), sorted.len())
}

/// The probability to be still followed up, by time.
///
/// # Source
/// Kaplan and Meier 1958, JASA 53:457-481, of censoring; at one time events come first.
struct Followed {
    times: Vec<f64>,
    shares: Vec<f64>,
}

impl Followed {
    fn of(cases: &[Censored]) -> Self {
        let mut order: Vec<&Censored> = cases.iter().collect();
        order.sort_unstable_by(|a, b| a.time.total_cmp(&b.time));
        let mut at_risk = cases.len() as f64;
        let mut share = 1.0;
        let (mut times, mut shares) = (Vec::new(), Vec::new());
        for same in order.chunk_by(|a, b| a.time == b.time) {
            let events = same.iter().filter(|case| case.event).count() as f64;
            let censored = same.len() as f64 - events;
            if censored > 0.0 {
                share *= 1.0 - censored / (at_risk - events);
            }
            times.push(same[0].time);
            shares.push(share);
            at_risk -= same.len() as f64;
        }
        Self { times, shares }
    }

    fn at(&self, time: f64) -> f64 {
        let past = self.times.partition_point(|one| *one <= time);
        past.checked_sub(1).map_or(1.0, |at| self.shares[at])
    }

    /// Just before a time. Above 0 at the time of a case, since that case is still followed up then.
    fn before(&self, time: f64) -> f64 {
        let past = self.times.partition_point(|one| *one < time);
        past.checked_sub(1).map_or(1.0, |at| self.shares[at])
    }
}

/// The area under the ROC curve at a horizon: cases with the event by then against those without, weighted for who left early. None where
/// one kind is absent.
///
/// # Source
/// Uno et al. 2007, JASA 102:527-537; Lambert and Chevret 2016, Stat Methods Med Res 25:2088-2102.
pub fn cumulative_auc(cases: &[Censored], score: &[f64], horizon: f64) -> Option<f64> {
    let followed = Followed::of(cases);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_unstable_by(|&i, &j| score[i].total_cmp(&score[j]));
    let (mut diseased, mut healthy, mut area) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|&i, &j| score[i] == score[j]) {
        let (mut weight, mut controls) = (0.0, 0.0);
        for &i in tied {
            let case = cases[i];
            if case.time > horizon {
                controls += 1.0;
            } else if case.event {
                let still = followed.at(case.time);
                weight += if still > 0.0 { 1.0 / still } else { 0.0 };
            }
        }
        area += weight * (healthy + controls / 2.0);
        diseased += weight;
        healthy += controls;
    }
    (diseased > 0.0 && healthy > 0.0).then(|| area / (diseased * healthy))
}

/// The squared error of the probability of the event by a horizon, weighted for who left early. None without a case, or where nobody is
/// followed up so long.
///
/// # Source
/// Graf et al. 1999, Stat Med 18:2529-2545.
pub fn brier(cases: &[Censored], probability: &[f64], horizon: f64) -> Option<f64> {
    let followed = Followed::of(cases);
    let at_horizon = followed.at(horizon);
    let longest = cases.iter().map(|case| case.time).fold(f64::MIN, f64::max);
    if cases.is_empty() || longest < horizon {
        return None;
    }
    let sum: f64 = cases
        .iter()
        .zip(probability)
        .map(|(case, p)| {
            let still = followed.at(case.time);
            if case.time > horizon {
                if at_horizon > 0.0 {
                    p * p / at_horizon
                } else {
                    0.0
                }
            } else if case.event && still > 0.0 {
                (1.0 - p) * (1.0 - p) / still
            } else {
                0.0
            }
        })
        .sum();
    Some(sum / cases.len() as f64)
}

/// The mean of errors at rising horizons, by trapezes.
///
/// # Source
/// Graf et al. 1999, Stat Med 18:2529-2545.
pub fn integrated_brier(errors: &[(f64, f64)]) -> Option<f64> {
    let (first, last) = (errors.first()?, errors.last()?);
    let length = last.0 - first.0;
    let area: f64 = errors
        .windows(2)
        .map(|pair| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0)
        .sum();
    (length > 0.0).then(|| area / length)
}
