//! How well a model does while nobody knows the truth yet.
//!
//! Confidence-based estimation ([`Cbpe`]) takes the model's own probabilities, put right on a reference with truth, for
//! the chance that each case is diseased; then every count of a confusion matrix has an expected value, and so has every
//! metric. Direct loss estimation ([`Dle`]) learns on the reference how large a regression model's error is for cases of
//! which kind, and asks that of new cases.
//!
//! Both rest on [`Assumption`]s. Those that the data can speak to are checked, and each comes back with what was measured;
//! that the relation of cases to truth stayed as it was can never be seen without labels, and is said every time.
//!
//! In reading order: [`Scored`], [`Classified`], [`Predicted`] and [`Chunk`] (what is estimated for), [`ESTIMABLE`] (which
//! metrics), [`Cbpe`], [`Dle`] and [`LOSSES`], [`Limits`] (when an estimate crosses), [`Assumption`].

mod assumption;
mod calibration;
mod cbpe;
mod chunk;
mod classified;
mod dle;
mod estimable;
mod estimated;
mod folds;
mod isotonic;
mod limits;
mod loss;
mod multiclass;
mod observed;
mod predicted;
mod ranked;
mod regressor;
mod scored;
#[cfg(test)]
mod simulated;
mod worlds;

pub use assumption::{Assumption, Measure};
pub use calibration::{Recalibrated, Recalibration};
pub use cbpe::{Cbpe, CbpeReport};
pub use chunk::Chunk;
pub use classified::Classified;
pub use dle::{Dle, DleReport};
pub use estimable::{ESTIMABLE, Estimable, EstimableAbout, by_id};
pub use estimated::{ChunkEstimates, MetricEstimate};
pub use limits::Limits;
pub use loss::{LOSSES, Loss};
pub use multiclass::MulticlassReport;
pub use observed::{EstimationError, Features, Observed};
pub use predicted::{Predicted, PredictedError};
pub use ranked::Ranked;
pub use regressor::{Fitted, Regressor};
pub use scored::{Scored, ScoredError};
