//! Effects: how far one column has moved, in a unit that does not grow with the number of cases, with its interval.
//!
//! A p-value says that samples differ, which a million cases always do; an effect against a declared margin says whether
//! they differ by more than matters. To add one: a file in `effect/` and a line in [`EFFECTS`].

mod cramers_v;
mod hedges_g;
mod superiority;
mod total_variation;

use crate::drift::Kind;
use crate::estimate::{Estimate, Level, Undefined};
use crate::sample::Sample;
use serde::{Deserialize, Serialize};

/// Every effect that a margin may be declared for.
pub const EFFECTS: &[&dyn Effect] = &[
    &hedges_g::HedgesG,
    &superiority::Superiority,
    &total_variation::TotalVariation,
    &cramers_v::CramersV,
];

/// How far a current sample is from the reference.
pub trait Effect: Sync {
    /// What the effect is.
    fn about(&self) -> EffectAbout;

    /// The effect of `current` against `reference` with its two-sided interval; `seed` is used by those that draw. Its `n`
    /// counts the values of both samples.
    ///
    /// # Errors
    /// [`Undefined::EmptySample`], [`Undefined::WrongKind`] when the values do not fit the effect or each other, and what the
    /// effect itself names.
    fn estimate(
        &self,
        reference: &Sample,
        current: &Sample,
        level: Level,
        seed: u64,
    ) -> Result<Estimate, Undefined>;
}

/// What an effect is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectAbout {
    /// The name in files and on the command line.
    pub id: &'static str,
    /// The name on a page.
    pub title: &'static str,
    /// The paper of the effect and of its interval.
    pub source: &'static str,
    /// The values that it compares.
    pub kind: Kind,
    /// Its value when nothing has changed.
    pub no_effect: f64,
}

impl EffectAbout {
    /// Where the interval lies against a margin on both sides of no effect.
    pub fn against_margin(&self, estimate: &Estimate, margin: f64) -> Option<AgainstMargin> {
        against_margin(estimate, (self.no_effect - margin, self.no_effect + margin))
    }
}

/// Where an interval lies against the effects that do not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgainstMargin {
    /// All of it is inside: what changed does not matter.
    Inside,
    /// All of it is outside: what changed matters.
    Outside,
    /// It holds effects of both kinds: the cases do not decide.
    Straddles,
}

/// Where the interval of an estimate lies against the effects from `low` to `high` that do not matter; both ends do not
/// matter either. `None` without an interval.
///
/// With a two-sided interval of level 0.90 "inside" is the test of equivalence at 0.05.
///
/// # Source
/// Schuirmann 1987, J Pharmacokinet Biopharm 15:657-680; Westlake 1981, Biometrics 37:589-594.
pub fn against_margin(estimate: &Estimate, (low, high): (f64, f64)) -> Option<AgainstMargin> {
    let interval = estimate.interval()?;
    Some(if low <= interval.0 && interval.1 <= high {
        AgainstMargin::Inside
    } else if interval.1 < low || high < interval.0 {
        AgainstMargin::Outside
    } else {
        AgainstMargin::Straddles
    })
}

/// The effect of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Effect> {
    let mut effects = EFFECTS.iter().copied();
    effects.find(|effect| effect.about().id == id)
}

#[cfg(test)]
mod laws;
