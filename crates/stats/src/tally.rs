//! Cases counted by their score: what every metric of flags, ranks and probabilities is made of.

use crate::cases::Cases;

/// How much diseased and healthy weight each score has, scores rising. Without weights these are numbers of cases.
///
/// A metric reads nothing else, so that drawing cases anew costs one addition a case and one pass over the scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub(crate) scores: Vec<f64>,
    /// Healthy and diseased weight of each score.
    pub(crate) cells: Vec<[f64; 2]>,
}

/// Weights of the four kinds of cases at a threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Confusion {
    /// Diseased and flagged.
    pub tp: f64,
    /// Healthy and flagged.
    pub fp: f64,
    /// Diseased and not flagged.
    pub fne: f64,
    /// Healthy and not flagged.
    pub tn: f64,
}

impl Tally {
    pub fn of(cases: &Cases) -> Self {
        if cases.weight().is_none() {
            return Self::counted(cases);
        }
        let coded = Coded::of(cases);
        let mut tally = coded.empty();
        for (i, &place) in coded.places.iter().enumerate() {
            tally.cells[place as usize >> 1][place as usize & 1] += cases.weight_of(i);
        }
        tally
    }

    /// Cases without weights: both kinds are sorted by themselves and merged, which needs no order of the cases.
    fn counted(cases: &Cases) -> Self {
        let (truth, score) = (cases.truth(), cases.score());
        let sorted = |kind: bool| {
            let of_kind = truth.iter().zip(score).filter(|(truth, _)| **truth == kind);
            // Minus zero is zero.
            let mut scores: Vec<f64> = of_kind.map(|(_, score)| score + 0.0).collect();
            scores.sort_unstable_by(f64::total_cmp);
            scores
        };
        let (healthy, diseased) = rayon::join(|| sorted(false), || sorted(true));
        let (mut i, mut j) = (0, 0);
        let (mut scores, mut cells) = (Vec::new(), Vec::new());
        while i < healthy.len() || j < diseased.len() {
            let own = match (healthy.get(i), diseased.get(j)) {
                (Some(a), Some(b)) => a.min(*b),
                (Some(one), None) | (None, Some(one)) => *one,
                (None, None) => break,
            };
            let (from_i, from_j) = (i, j);
            while healthy.get(i) == Some(&own) {
                i += 1;
            }
            while diseased.get(j) == Some(&own) {
                j += 1;
            }
            scores.push(own);
            cells.push([(i - from_i) as f64, (j - from_j) as f64]);
        }
        Self { scores, cells }
    }

    /// The area under the ROC curve and DeLong's variance of it, of cases that each are a patient of their own. None where a class has fewer
    /// than two cases.
    ///
    /// # Source
    /// DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837-845; Sun and Xu 2014, IEEE Signal Process Lett 21:1389-1393, here by
    /// distinct scores.
    pub(crate) fn delong(&self) -> Option<(f64, f64)> {
        let [healthy, diseased] = self.sums();
        if healthy < 2.0 || diseased < 2.0 {
            return None;
        }
        let (mut below, mut won) = ([0.0; 2], 0.0);
        for cell in &self.cells {
            won += cell[1] * (below[0] + cell[0] / 2.0);
            below[0] += cell[0];
        }
        let area = won / (healthy * diseased);
        let mut squares = [0.0; 2];
        below = [0.0; 2];
        for cell in &self.cells {
            let beaten = (below[0] + cell[0] / 2.0) / healthy;
            let above = (diseased - below[1] - cell[1] / 2.0) / diseased;
            squares[1] += cell[1] * (beaten - area).powi(2);
            squares[0] += cell[0] * (above - area).powi(2);
            below[0] += cell[0];
            below[1] += cell[1];
        }
        let of = |square: f64, n: f64| square / (n - 1.0) / n;
        Some((area, of(squares[1], diseased) + of(squares[0], healthy)))
    }

    /// The weight of healthy and of diseased cases.
    pub fn sums(&self) -> [f64; 2] {
        let mut sums = [0.0; 2];
        for cell in &self.cells {
            sums[0] += cell[0];
            sums[1] += cell[1];
        }
        sums
    }

    /// What is flagged at a threshold, and what is not.
    pub fn at(&self, threshold: f64) -> Confusion {
        let first = self.scores.partition_point(|score| *score < threshold);
        let mut found = Confusion::default();
        for cell in &self.cells[..first] {
            found.tn += cell[0];
            found.fne += cell[1];
        }
        for cell in &self.cells[first..] {
            found.fp += cell[0];
            found.tp += cell[1];
        }
        found
    }

    /// Recall and precision from the highest score downward, recall rising.
    pub fn precision_recall(&self) -> Vec<[f64; 2]> {
        let diseased = self.sums()[1];
        let (mut flagged, mut right) = (0.0, 0.0);
        let mut points = Vec::new();
        for cell in self
            .cells
            .iter()
            .rev()
            .filter(|cell| cell[0] + cell[1] > 0.0)
        {
            flagged += cell[0] + cell[1];
            right += cell[1];
            points.push([right / diseased, right / flagged]);
        }
        points
    }

    /// The points of the ROC curve from the highest score downward: false positive and true positive rate where cases of at least
    /// that score are flagged; (0, 0) first. None if a class is absent.
    pub fn roc(&self) -> Option<Vec<[f64; 2]>> {
        let [healthy, diseased] = self.sums();
        if healthy <= 0.0 || diseased <= 0.0 {
            return None;
        }
        let mut points = vec![[0.0, 0.0]];
        let (mut fp, mut tp) = (0.0, 0.0);
        for cell in self
            .cells
            .iter()
            .rev()
            .filter(|cell| cell[0] + cell[1] > 0.0)
        {
            fp += cell[0];
            tp += cell[1];
            points.push([fp / healthy, tp / diseased]);
        }
        Some(points)
    }
}

/// For each case the place of its score among all scores, and its truth in the lowest bit.
pub(crate) struct Coded {
    scores: Vec<f64>,
    pub(crate) places: Vec<u32>,
}

impl Coded {
    pub(crate) fn of(cases: &Cases) -> Self {
        let score = cases.score();
        let mut order: Vec<u32> = (0..cases.n() as u32).collect();
        order.sort_unstable_by(|&i, &j| score[i as usize].total_cmp(&score[j as usize]));
        let mut scores: Vec<f64> = Vec::new();
        let mut places = vec![0; cases.n()];
        for &i in &order {
            let own = score[i as usize];
            // Minus zero is zero.
            if scores.last().is_none_or(|last| *last != own) {
                scores.push(own);
            }
            let place = (scores.len() - 1) as u32;
            places[i as usize] = place << 1 | u32::from(cases.truth()[i as usize]);
        }
        Self { scores, places }
    }

    /// How many different scores there are.
    pub(crate) fn len(&self) -> usize {
        self.scores.len()
    }

    /// A tally of no case.
    pub(crate) fn empty(&self) -> Tally {
        Tally {
            scores: self.scores.clone(),
            cells: vec![[0.0; 2]; self.scores.len()],
        }
    }
}
