//! One file an act: what it reads and computes before it asks `control`.

mod accept;
mod analyse;
mod assess;
mod authorise;
mod build;
mod check;
mod compare;
mod correct;
mod data;
mod enrol;
mod examine;
mod explain;
mod finding;
mod freeze;
mod judge;
mod look;
mod monitor;
mod propose;
mod release;
mod roll_back;
mod run;
mod seal;
mod sign;
mod split;
mod withdraw;

pub use authorise::Letter;
pub use build::Built;
pub use correct::{Correction, Labels};
pub use data::{Added, DataFile};
pub use examine::Examined;
pub use explain::{Explained, PersonExplained};
pub use judge::Judged;
pub use monitor::{Closed, Ingested};
pub use run::{Planned, RunDone};
pub use split::Parted;
pub use withdraw::{Who, Withdrawal};

pub(crate) use build::html_of;
pub(crate) use correct::{corrected, values_of};
pub(crate) use examine::examination;
pub(crate) use judge::plain_of;
pub(crate) use run::Again as TrainedAgain;
pub(crate) use seal::sealed_to;
pub(crate) use split::parts_of;
