//! The values of one column, missing ones dropped, counted once for every test, effect and summary of it.
//!
//! A date is a number here, such as the days since an epoch; so is a prediction. A stored profile is a sample as well:
//! numbers with their counts (the support of a quantile sketch with its weights), or counts of categories.

mod categories;
mod numbers;

pub use categories::{CategoryCounts, aligned};
pub use numbers::SortedNumbers;
pub(crate) use numbers::{pooled_quantile, together};

use crate::estimate::Undefined;

/// The values of a column, missing ones dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample<'a> {
    /// Finite numbers.
    Numbers(&'a SortedNumbers),
    /// Categories by their names.
    Categories(&'a CategoryCounts),
}

impl Sample<'_> {
    /// The number of values.
    pub fn n(&self) -> u64 {
        match self {
            Sample::Numbers(numbers) => numbers.n(),
            Sample::Categories(categories) => categories.n(),
        }
    }
}

/// Both samples as numbers, neither of them empty.
pub(crate) fn numbers<'a>(
    reference: &Sample<'a>,
    current: &Sample<'a>,
) -> Result<(&'a SortedNumbers, &'a SortedNumbers), Undefined> {
    let (Sample::Numbers(reference), Sample::Numbers(current)) = (reference, current) else {
        return Err(Undefined::WrongKind);
    };
    if reference.is_empty() || current.is_empty() {
        return Err(Undefined::EmptySample);
    }
    Ok((reference, current))
}

/// Both samples as categories, neither of them empty.
pub(crate) fn categories<'a>(
    reference: &Sample<'a>,
    current: &Sample<'a>,
) -> Result<(&'a CategoryCounts, &'a CategoryCounts), Undefined> {
    let (Sample::Categories(reference), Sample::Categories(current)) = (reference, current) else {
        return Err(Undefined::WrongKind);
    };
    if reference.is_empty() || current.is_empty() {
        return Err(Undefined::EmptySample);
    }
    Ok((reference, current))
}
