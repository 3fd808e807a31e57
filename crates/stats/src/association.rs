//! How two columns go together: Pearson and Spearman of numbers, Cramér's V and mutual information of categories, and the lift of a
//! value on an outcome.

mod comoments;
mod contingency;
mod lift;
mod spearman;

pub use comoments::CoMoments;
pub use contingency::Contingency;
pub use lift::lift;
pub use spearman::{Ordered, spearman};
