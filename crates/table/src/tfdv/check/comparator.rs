use galen_spec::tfdv::{Comparator, Feature};

use super::{FeatureCheck, Scene};
use crate::tfdv::distance::{self, Norm};
use crate::tfdv::{AnomalyType, Reason, Statistics};

/// The distribution is near that of the previous data.
pub struct Drift;

/// The distribution is near that of the serving data.
pub struct Skew;

impl FeatureCheck for Drift {
    fn key(&self) -> &'static str {
        "drift_comparator"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        look(scene, Control::Previous)
    }
}

impl FeatureCheck for Skew {
    fn key(&self) -> &'static str {
        "skew_comparator"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        look(scene, Control::Serving)
    }
}

/// What a table is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tfdv) enum Control {
    Previous,
    Serving,
}

impl Control {
    pub fn statistics<'a>(self, scene: &Scene<'a>) -> Option<&'a Statistics> {
        match self {
            Control::Previous => scene.setting.previous,
            Control::Serving => scene.setting.serving,
        }
    }

    pub fn comparator(self, feature: &Feature) -> Option<&Comparator> {
        match self {
            Control::Previous => feature.drift_comparator.as_ref(),
            Control::Serving => feature.skew_comparator.as_ref(),
        }
    }

    /// The names of this table and of the other in TFDV's words.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Control::Previous => ("current", "previous"),
            Control::Serving => ("training", "serving"),
        }
    }
}

fn look(scene: &Scene, control: Control) -> Vec<Reason> {
    let Some(comparator) = control.comparator(scene.feature) else {
        return Vec::new();
    };
    let asks = Norm::ALL
        .iter()
        .any(|norm| norm.threshold(comparator).is_some());
    let Some(other) = control.statistics(scene).filter(|_| asks) else {
        return Vec::new();
    };
    let (this, that) = control.names();
    if other.feature(&scene.feature.name).is_none() {
        let kind = AnomalyType::ComparatorControlDataMissing;
        let what = format!("The {that} data do not have this column.");
        return vec![Reason::new(kind, &format!("{that} data missing"), what)];
    }
    let past = distance::between(scene, control).into_iter();
    let past = past.filter(|one| one.value > one.threshold);
    past.map(|one| {
        let (kind, name) = match one.norm {
            Norm::Infinity => (AnomalyType::ComparatorLInftyHigh, "Linfty distance"),
            Norm::AbsoluteDifference => (
                AnomalyType::ComparatorNormalizedAbsoluteDifferenceHigh,
                "normalized absolute difference",
            ),
            Norm::JensenShannon => (
                AnomalyType::ComparatorJensenShannonDivergenceHigh,
                "approximate Jensen-Shannon divergence",
            ),
        };
        let of = one.most.as_ref();
        let of = of.map_or(String::new(), |text| format!(" (most by `{text}`)"));
        let what = format!(
            "The {name} between {this} and {that} is {:.6}{of}, and at most {} is expected.",
            one.value, one.threshold
        );
        let reason = Reason::new(
            kind,
            &format!("High {name} between {this} and {that}"),
            what,
        );
        reason.values(one.most.into_iter().collect())
    })
    .collect()
}
