//! The questions that a monitoring plan may ask of a window.
//!
//! To add one: a file in `check/` and a line in [`MONITOR_CHECKS`]; the laws below then hold it.

mod alert_rate;
mod drift;
mod missing_share;
mod performance;

use galen_spec::monitor::{Check, Crossing, Limit};
use galen_stats::{CasesError, Estimate, Level, LevelError};
use galen_table::ColumnError;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::sentence;
use crate::window::{Reference, WindowData};

/// Every check that a monitoring plan may name, in the order of the manual.
pub const MONITOR_CHECKS: &[&dyn MonitorCheck] = &[
    &missing_share::MissingShare,
    &drift::Drift,
    &alert_rate::AlertRate,
    &performance::Performance,
];

/// A question to a window.
pub trait MonitorCheck: Sync {
    /// What the check is.
    fn about(&self) -> About;

    /// Whether the settings of a declared check are those of this one.
    ///
    /// # Errors
    /// [`CheckError`].
    fn fits(&self, _check: &Check) -> Result<(), CheckError> {
        Ok(())
    }

    /// What the window says. A number that the cases do not give is an estimate that says why, of the check's own level.
    ///
    /// # Errors
    /// [`CheckError`] when the question cannot be asked.
    fn measure(
        &self,
        check: &Check,
        window: &WindowData,
        reference: &Reference,
    ) -> Result<Measured, CheckError>;
}

/// What a check is, for the manual and completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The name in files.
    pub id: &'static str,
    /// The name on a page.
    pub title: &'static str,
    /// What it asks, in one sentence.
    pub what: &'static str,
    /// The paper of its number and interval.
    pub source: &'static str,
    /// Whether it asks about one column.
    pub needs_column: bool,
    /// The settings that it needs; it takes no other.
    pub params: &'static [&'static str],
    /// What its limit must be about.
    pub gives: Gives,
}

/// What a check gives to hold against a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// An interval: for `lower_above`, `upper_below` and `outside`.
    Interval,
    /// A p-value: for `p_below`.
    PValue,
}

/// The answer of a window before it is held against the limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// What was measured, as the beginning of a sentence: `The share of flagged cases`.
    pub subject: String,
    pub estimate: Estimate,
    pub p_value: Option<f64>,
}

/// Why a check cannot be asked as it is declared.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CheckError {
    #[error("There is no check `{name}`; there are {}.", ids().join(", "))]
    Unknown { name: String },
    #[error("The check `{0}` needs a column.")]
    NoColumn(&'static str),
    #[error("Neither the window nor the reference has a column `{0}`.")]
    Absent(String),
    #[error("The reference has no column `{0}`.")]
    NoReference(String),
    #[error("The check `{check}` needs the setting `{param}`, a text.")]
    Needs {
        check: &'static str,
        param: &'static str,
    },
    #[error("The check `{check}` takes no setting `{param}`.")]
    Takes { check: &'static str, param: String },
    #[error("There is no {what} `{name}`; there are {}.", known.join(", "))]
    UnknownSetting {
        what: &'static str,
        name: String,
        known: Vec<&'static str>,
    },
    #[error("`{0}` gives no p-value, so `p_below` cannot judge it.")]
    NoPValue(&'static str),
    #[error("`{0}` gives no interval, so only `p_below` can judge it.")]
    NoInterval(&'static str),
    #[error("The window has {truths} truths and {scores} scores.")]
    Unequal { truths: usize, scores: usize },
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error(transparent)]
    Level(#[from] LevelError),
    #[error(transparent)]
    Cases(#[from] CasesError),
}

/// What a window says to a declared check, and whether that crossed its limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The id that the plan gives the check.
    pub id: String,
    /// Its id in [`MONITOR_CHECKS`].
    pub check: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub estimate: Estimate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// The limit in words: `a lower bound above 0.30`.
    pub limit: String,
    pub crossing: Crossing,
    /// All of it for a clinician.
    pub sentence: String,
}

/// The check of this id.
pub fn by_id(id: &str) -> Option<&'static dyn MonitorCheck> {
    MONITOR_CHECKS
        .iter()
        .copied()
        .find(|check| check.about().id == id)
}

/// Whether a check can ever be asked and cross as it is declared, before there is a window. One that cannot would watch
/// in vain.
///
/// # Errors
/// [`CheckError`].
pub fn fits(check: &Check) -> Result<(), CheckError> {
    let kind = kind_of(check)?;
    let about = kind.about();
    Level::new(check.level)?;
    if about.needs_column {
        column_of(check, about.id)?;
    }
    for &param in about.params {
        text_of(check, about.id, param)?;
    }
    let other = |param: &&String| !about.params.contains(&param.as_str());
    if let Some(param) = check.params.keys().find(other) {
        return Err(CheckError::Takes {
            check: about.id,
            param: param.clone(),
        });
    }
    match (about.gives, &check.limit) {
        (Gives::Interval, Limit::PBelow(_)) => return Err(CheckError::NoPValue(about.id)),
        (Gives::Interval, _) | (Gives::PValue, Limit::PBelow(_)) => {}
        (Gives::PValue, _) => return Err(CheckError::NoInterval(about.id)),
    }
    kind.fits(check)
}

/// Asks a declared check of a window. What cannot be asked or measured is no data, and says why.
pub fn run(check: &Check, window: &WindowData, reference: &Reference) -> CheckResult {
    let measured = kind_of(check)
        .and_then(|kind| kind.measure(check, window, reference))
        .unwrap_or_else(|error| Measured {
            subject: format!("The check {}", check.id),
            estimate: unasked(check, &error),
            p_value: None,
        });
    let crossing = check
        .limit
        .crossing(check.level, &measured.estimate, measured.p_value);
    let why = match crossing {
        // A check that can never cross says so even if it gives a number.
        Crossing::NoData => fits(check).err().map(|error| error.to_string()),
        _ => None,
    };
    CheckResult {
        id: check.id.clone(),
        check: check.check.clone(),
        column: check.column.clone(),
        limit: sentence::limit(&check.limit),
        sentence: sentence::of(&measured, &check.limit, crossing, why),
        estimate: measured.estimate,
        p_value: measured.p_value,
        crossing,
    }
}

fn ids() -> Vec<&'static str> {
    MONITOR_CHECKS
        .iter()
        .map(|check| check.about().id)
        .collect()
}

fn kind_of(check: &Check) -> Result<&'static dyn MonitorCheck, CheckError> {
    by_id(&check.check).ok_or_else(|| CheckError::Unknown {
        name: check.check.clone(),
    })
}

fn column_of<'a>(check: &'a Check, id: &'static str) -> Result<&'a str, CheckError> {
    check.column.as_deref().ok_or(CheckError::NoColumn(id))
}

fn text_of<'a>(
    check: &'a Check,
    id: &'static str,
    param: &'static str,
) -> Result<&'a str, CheckError> {
    let text = check.params.get(param).and_then(|value| value.as_str());
    text.ok_or(CheckError::Needs { check: id, param })
}

/// The estimate of a question that could not be asked. A level that is none cannot be kept.
fn unasked(check: &Check, error: &CheckError) -> Estimate {
    let level = Level::new(check.level).unwrap_or(Level::DEFAULT);
    without_interval(None, 0, level, &check.check, error.to_string())
}

/// A value without interval, or none, and why.
fn without_interval(
    value: Option<f64>,
    n: usize,
    level: Level,
    method: &str,
    why: String,
) -> Estimate {
    Estimate {
        value: value.filter(|value| value.is_finite()),
        low: None,
        high: None,
        level: level.value(),
        n: n as u64,
        events: None,
        clusters: None,
        method: method.to_owned(),
        seed: None,
        why: Some(why),
    }
}

#[cfg(test)]
mod laws;
