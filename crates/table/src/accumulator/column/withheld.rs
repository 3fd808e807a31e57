//! What of a column may leave the place where its patients are.

use galen_stats::sketch::Quantiles;

use super::{ColumnSeen, Different, Lengths};
use crate::Kind;
use crate::accumulator::Moments;

/// Points by which the numbers of a column are told, about.
const POINTS: u64 = 1_000;

impl ColumnSeen {
    /// The same column without any value that fewer than `least` cells hold, and without hashes.
    ///
    /// Numbers are put together with their neighbours until each group holds at least so many cells, and are told by the
    /// mean of their group. Of a column that names patients only counts remain.
    ///
    /// # Source
    /// Domingo-Ferrer and Mateo-Sanz 2002, IEEE TKDE 14:189-201 (microaggregation of one variable); Desfontaines, Lochbihler and Basin
    /// 2019, PoPETs 2019(2):26-46 (registers of distinct values tell who is in).
    pub fn withhold(&mut self, least: u64, names_patients: bool) {
        let exact = self.sketch.is_none();
        let values = self.values();
        self.begin_sketch();
        let Some(sketch) = &mut self.sketch else {
            return;
        };
        let (low, high) = match exact {
            true => (self.counts.len() as u64, self.counts.len() as u64),
            false => sketch.distinct.bounds(),
        };
        sketch.distinct = Different::Between(low, high);
        sketch.lengths = Lengths {
            sum: sketch.lengths.sum,
            ..Lengths::default()
        };
        self.withheld |= names_patients || self.n < least;
        if self.withheld {
            self.forget();
            return;
        }
        // A number that is told with its count is in no group: its neighbours would follow from their mean.
        let told = match self.kind {
            Kind::Text => least,
            _ => least.max(self.n / POINTS),
        };
        self.counts.forget_rare(told);
        self.counts.lost += told.saturating_sub(1);
        if self.kind == Kind::Text {
            return;
        }
        let grouped = group(&values, least, told, exact);
        sketch.grouped = sketch.grouped.max(grouped.weight_max);
        if grouped.absorbed {
            sketch.moments = Moments::of_counted(&grouped.points);
        }
        (sketch.moments.min, sketch.moments.max) = (
            grouped.points.first().map(|point| point.0),
            grouped.points.last().map(|point| point.0),
        );
        sketch.quantiles = Quantiles::default();
        for (value, times) in grouped.points {
            sketch.quantiles.see(value, times);
        }
    }

    /// Forgets all but counts.
    pub(super) fn forget(&mut self) {
        self.counts.forget();
        if let Some(sketch) = &mut self.sketch {
            sketch.quantiles = Quantiles::default();
            sketch.moments = Moments::default();
            sketch.lengths = Lengths::default();
        }
    }
}

struct Grouped {
    points: Vec<(f64, u64)>,
    /// The weight of the largest group of more than one value.
    weight_max: u64,
    /// Whether cells were counted to a neighbour that is not a mean with them, so that exact moments would give them away.
    absorbed: bool,
}

/// Puts sorted values together with their neighbours, each with fewer than `target` cells; `exact` says that their weights are counts.
fn group(values: &[(f64, u64)], least: u64, target: u64, exact: bool) -> Grouped {
    let n: u64 = values.iter().map(|(_, times)| times).sum();
    // A value that a sketch kept stands for others near it, unless it has more weight than the sketch can be wrong by.
    let alone = match exact {
        true => target,
        false => target + (2.0 * Quantiles::ERROR * n as f64).ceil() as u64,
    };
    let mut made = Grouped {
        points: Vec::new(),
        weight_max: 0,
        absorbed: false,
    };
    // Whether the last point is a mean that may take more in.
    let mut open = false;
    let mut waiting = Group::default();
    for &(value, times) in values {
        if times >= alone {
            let left = waiting.take();
            if left.enough(least, exact) {
                made.push(left);
            } else if open {
                made.add_to_last(left);
            } else {
                made.absorbed |= left.times > 0;
                waiting.times = left.times;
            }
            let times = times + std::mem::take(&mut waiting).times;
            made.points.push((value, times));
            open = false;
            continue;
        }
        waiting.add(value, times);
        if waiting.times >= target && waiting.enough(least, exact) {
            made.push(waiting.take());
            open = true;
        }
    }
    if waiting.times > 0 {
        if waiting.enough(least, exact) {
            made.push(waiting);
        } else if open {
            made.add_to_last(waiting);
        } else if let Some(last) = made.points.last_mut() {
            last.1 += waiting.times;
            made.absorbed = true;
        }
    }
    made
}

/// Neighbours that are told by their mean.
#[derive(Clone, Copy, Default)]
struct Group {
    mean: f64,
    times: u64,
    values: u64,
}

impl Group {
    fn add(&mut self, value: f64, times: u64) {
        self.times += times;
        self.values += 1;
        self.mean += (value - self.mean) * (times as f64 / self.times as f64);
    }

    /// Whether it is a mean of enough cells; each value that a sketch kept is surely one cell only.
    fn enough(&self, least: u64, exact: bool) -> bool {
        self.times > 0 && if exact { self.times } else { self.values } >= least
    }

    fn take(&mut self) -> Group {
        std::mem::take(self)
    }
}

impl Grouped {
    fn push(&mut self, group: Group) {
        self.weight_max = self.weight_max.max(group.times);
        self.points.push((group.mean, group.times));
    }

    fn add_to_last(&mut self, group: Group) {
        if let Some((mean, times)) = self.points.last_mut().filter(|_| group.times > 0) {
            *times += group.times;
            *mean += (group.mean - *mean) * (group.times as f64 / *times as f64);
            self.weight_max = self.weight_max.max(*times);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_group_tells_of_fewer_cells_than_asked(
            counts in prop::collection::vec((0..500_i64, 1..12_u64), 1..80), least in 1..7_u64,
        ) {
            let mut seen = ColumnSeen::new(Kind::Integer);
            for (value, times) in &counts {
                seen.counts.count_key(*value as u64, *times);
                seen.n += times;
            }
            let truth = seen.values();
            let n = seen.n;
            let mean = seen.moments().mean();
            seen.withhold(least, false);
            if n < least {
                prop_assert!(seen.values().is_empty() && seen.moments().mean().is_none());
                return Ok(());
            }
            let points = seen.values();
            prop_assert_eq!(points.iter().map(|point| point.1).sum::<u64>(), n);
            prop_assert!(points.iter().all(|point| point.1 >= least));
            // Where a point is a value, at least so many cells hold it; every other one is a mean of several values.
            for (point, times) in &points {
                let held = truth.iter().find(|(value, _)| value == point).map(|(_, times)| *times);
                prop_assert!(held.is_none_or(|held| held >= least || *times > held));
            }
            prop_assert!(seen.counts.all().all(|(_, _, times)| times >= least));
            if seen.sketch.as_ref().is_some_and(|sketch| sketch.grouped > 0) {
                let near = seen.moments().mean().zip(mean).map(|(a, b)| (a - b).abs());
                prop_assert!(near.is_some_and(|gap| gap <= 500.0 * least as f64 / n as f64 + 1e-9));
            }
        }
    }

    #[test]
    fn the_oldest_patient_is_told_only_within_a_group() {
        let mut seen = ColumnSeen::new(Kind::Integer);
        for (age, times) in [(60, 20), (70, 30), (88, 2), (91, 1), (97, 1), (104, 1)] {
            seen.counts.count_key(age, times);
            seen.n += times;
        }
        seen.withhold(5, false);
        let points = seen.values();
        assert_eq!(points.last(), Some(&(93.6, 5)));
        assert_eq!(seen.moments().max, Some(93.6));
        assert_eq!(
            seen.moments().mean(),
            Some((60.0 * 20.0 + 70.0 * 30.0 + 468.0) / 55.0)
        );
    }

    #[test]
    fn a_lone_value_between_frequent_ones_does_not_follow_from_the_mean() {
        let mut seen = ColumnSeen::new(Kind::Integer);
        for (value, times) in [(0, 1_000), (73, 1)] {
            seen.counts.count_key(value, times);
            seen.n += times;
        }
        seen.withhold(5, false);
        assert_eq!(seen.values(), [(0.0, 1_001)]);
        assert_eq!(
            (seen.moments().mean(), seen.moments().max),
            (Some(0.0), Some(0.0))
        );
    }

    #[test]
    fn of_a_column_that_names_patients_only_counts_leave() {
        let mut seen = ColumnSeen::new(Kind::Text);
        for word in ["P1", "P2"] {
            seen.counts
                .count_text(crate::accumulator::counts::text_key(word), word, 50);
            seen.n += 50;
        }
        seen.withhold(5, true);
        let text = serde_json::to_string(&seen).expect("a column");
        assert!(!text.contains("P1"), "{text}");
        assert_eq!((seen.n, seen.different()), (100, (2, 2)));
    }
}
