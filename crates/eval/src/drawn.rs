use galen_stats::interval::{bootstrap_of_patients, by_patient};
use galen_stats::{Estimate, Undefined};

use crate::Settings;

/// Cases by their patients, for numbers whose interval is drawn.
pub(crate) struct Patients {
    cases: Vec<Vec<usize>>,
    n: usize,
    is_clustered: bool,
}

impl Patients {
    pub(crate) fn of(n: usize, cluster: Option<&[u32]>) -> Self {
        Self {
            cases: by_patient(n, cluster),
            n,
            is_clustered: cluster.is_some(),
        }
    }

    pub(crate) fn clusters(&self) -> Option<u64> {
        self.is_clustered.then_some(self.cases.len() as u64)
    }

    /// The value of all cases, with the percentile interval of draws of patients.
    pub(crate) fn estimate(
        &self,
        value: impl Fn(&[usize]) -> Option<f64> + Sync,
        settings: &Settings,
    ) -> Estimate {
        const METHOD: &str = "bootstrap_percentile";
        let all: Vec<usize> = (0..self.n).collect();
        let (n, level) = (self.n as u64, settings.level);
        let estimate = match value(&all).filter(|value| value.is_finite()) {
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
