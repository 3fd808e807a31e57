//! What a table holds, column by column, for somebody who has not seen it.
//!
//! [`profile`] gathers a [`ProfileState`] in one pass; states of parts merge into that of the whole, and what may leave the place of
//! the patients is told apart ([`ProfileState::withhold`]). [`ProfileState::describe`] makes the [`Profile`] that people read.

mod associations;
mod column;
mod gather;
mod label;
mod note;
mod state;
mod stored;
mod suggest;
mod values;

use serde::Serialize;

pub(crate) use gather::is_word;

pub use associations::{Association, Associations, LeftOut};
pub use column::{ColumnProfile, Length, Noted, Told, TopValue};
pub use gather::{Label, Pearson, ProfileError, ProfileOptions, profile};
pub use label::{LabelProfile, Lifted};
pub use note::{Looked, NOTES, Note};
pub use state::{MergeError, ProfileState, Reference};
pub use stored::StoredError;
pub use suggest::suggest;
pub use values::Histogram;

/// The description of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    pub rows: u64,
    pub columns: Vec<ColumnProfile>,
    /// Rows that equal an earlier row in every cell.
    pub duplicate_rows: u64,
    /// One standard deviation of that number, if rows are too many to be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_rows_error: Option<f64>,
    /// There may be more: rows of merged profiles that equal one of another are not known.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub duplicate_rows_at_least: bool,
    /// A value that fewer cells hold is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_cell: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub associations: Option<Associations>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelProfile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<ByProfile>,
}

/// The description of each group of rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ByProfile {
    pub column: String,
    /// The largest first.
    pub groups: Vec<GroupProfile>,
    /// Rows of smaller groups, or without a value.
    pub rows_left_out: u64,
}

/// The rows that have one value in a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupProfile {
    pub value: serde_json::Value,
    pub rows: u64,
    pub columns: Vec<ColumnProfile>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scan::Pace;
    use crate::{Kind, ReadOptions, Table};

    pub(in crate::profile) fn profile_of(text: &str) -> Profile {
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let state = profile(&table, &ProfileOptions::default(), Pace::ALONE);
        state.expect("it has columns").describe()
    }

    #[test]
    fn a_column_of_numbers_is_described_as_pandas_does() {
        // pandas 2.3: pd.Series([1, 2, 2, 4, None]).describe(percentiles=[.01, .25, .95])
        let profile = profile_of("x\n1\n2\n2.0\n4\n\"\"\n");
        let x = &profile.columns[0];
        assert_eq!((x.count, x.missing, x.distinct), (4, 1, Some(3)));
        assert_eq!((x.min, x.max, x.mean), (Some(1.0), Some(4.0), Some(2.25)));
        let std = x.std.expect("four values");
        assert!((std - 1.2583057392117916).abs() < 1e-15);
        let top = TopValue {
            value: json!(2.0),
            count: 2,
        };
        assert_eq!(x.top[0], top);
        assert_eq!(x.histogram.as_ref().map(|h| h.counts.iter().sum()), Some(4));
    }

    #[test]
    fn a_column_of_words_has_no_mean_and_the_most_frequent_first() {
        let profile = profile_of("sex,code\nm,1\nf,1\nf,1\nm,1\nf,1\n");
        let sex = &profile.columns[0];
        assert_eq!((sex.kind, sex.mean, sex.min), (Kind::Text, None, None));
        assert_eq!(sex.top[0].value, json!("f"));
        assert_eq!(
            profile.columns[1].histogram,
            Some(Histogram {
                edges: vec![1.0, 1.0],
                counts: vec![5]
            })
        );
        assert_eq!(profile.duplicate_rows, 3);
    }

    #[test]
    fn days_and_moments_have_a_first_and_a_last_one() {
        let profile = profile_of(
            "day,moment\n2024-02-29,2024-01-01T08:30:00\n1969-12-31,2024-01-01T08:30:01\n",
        );
        let ends = |at: usize| {
            (
                profile.columns[at].earliest.as_deref(),
                profile.columns[at].latest.as_deref(),
            )
        };
        assert_eq!(ends(0), (Some("1969-12-31"), Some("2024-02-29")));
        assert_eq!(
            ends(1),
            (Some("2024-01-01T08:30:00"), Some("2024-01-01T08:30:01"))
        );
        assert!(profile.columns[0].histogram.is_some() && profile.columns[0].min.is_none());
    }

    #[test]
    fn a_table_without_columns_or_with_empty_ones_is_described() {
        let empty = Table::from_texts(Vec::new()).expect("no column");
        let state =
            profile(&empty, &ProfileOptions::default(), Pace::ALONE).expect("nothing is wrong");
        assert_eq!(
            (state.describe().rows, state.describe().columns.len()),
            (0, 0)
        );
        let profile = profile_of("a,b\n,\n");
        assert_eq!(
            (profile.columns[0].count, profile.columns[0].distinct),
            (0, Some(0))
        );
    }
}
