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
        let coded = Coded::of(cases);
        let mut tally = coded.empty();
        for (i, &place) in coded.places.iter().enumerate() {
            tally.cells[place as usize >> 1][place as usize & 1] += cases.weight_of(i);
        }
        tally
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

    /// A tally of no case.
    pub(crate) fn empty(&self) -> Tally {
        Tally {
            scores: self.scores.clone(),
            cells: vec![[0.0; 2]; self.scores.len()],
        }
    }
}
