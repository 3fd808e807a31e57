use galen_stats::interval::{bootstrap_of_patients, by_patient};
use galen_stats::{Estimate, Undefined};

use crate::Settings;

/// Cases by their patients, for numbers whose interval is drawn.
pub(crate) struct Patients {
    /// The places of each patient's cases.
    cases: Vec<Vec<usize>>,
    places: Vec<usize>,
    is_clustered: bool,
}

impl Patients {
    /// Of so many cases, whose places are their numbers.
    pub(crate) fn of(n: usize, cluster: Option<&[u32]>) -> Self {
        Self::among(&(0..n).collect::<Vec<usize>>(), cluster)
    }

    /// Of the cases at these places, with the patient of each: what is drawn are places.
    pub(crate) fn among(places: &[usize], cluster: Option<&[u32]>) -> Self {
        let mut cases = by_patient(places.len(), cluster);
        for at in cases.iter_mut().flatten() {
            *at = places[*at];
        }
        Self {
            cases,
            places: places.to_vec(),
            is_clustered: cluster.is_some(),
        }
    }

    /// How many cases there are.
    pub(crate) fn n(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn clusters(&self) -> Option<u64> {
        self.is_clustered.then_some(self.cases.len() as u64)
    }

    /// The value of all cases by their places, with the percentile interval of draws of patients.
    pub(crate) fn estimate(
        &self,
        value: impl Fn(&[usize]) -> Option<f64> + Sync,
        settings: &Settings,
    ) -> Estimate {
        const METHOD: &str = "bootstrap_percentile";
        let (n, level) = (self.n() as u64, settings.level);
        let estimate = match value(&self.places).filter(|value| value.is_finite()) {
            None if n == 0 => Estimate::undefined(Undefined::NoCase, n, level, METHOD),
            None => Estimate::undefined(Undefined::NotDefinedHere, n, level, METHOD),
            Some(own) => {
                let of_drawn = |drawn: &[&[usize]]| value(&drawn.concat());
                let bounds = bootstrap_of_patients(
                    &self.cases,
                    of_drawn,
                    settings.resamples,
                    settings.seed,
                    level,
                );
                Estimate::with_interval(own, bounds, n, level, METHOD).seed(settings.seed)
            }
        };
        estimate.clusters(self.clusters())
    }
}

/// What stands at these places.
pub(crate) fn of_places<V: Copy>(values: &[V], places: &[usize]) -> Vec<V> {
    places.iter().map(|&place| values[place]).collect()
}
