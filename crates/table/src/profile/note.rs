//! What somebody should look at before a column is used. To add one: a file in `note/` and a line in [`NOTES`].

mod all_missing;
mod constant;
mod leading_zeros;
mod missing_marker;
mod mixed_types;
mod names_patients;

use super::column::ColumnProfile;
use crate::accumulator::column::ColumnSeen;

/// Every note, in the order in which they stand below a column.
pub const NOTES: &[&dyn Note] = &[
    &all_missing::AllMissing,
    &constant::Constant,
    &missing_marker::MissingMarker,
    &leading_zeros::LeadingZeros,
    &mixed_types::MixedTypes,
    &names_patients::NamesPatients,
];

/// Something about a column that a profile should not pass over.
pub trait Note: Sync {
    fn id(&self) -> &'static str;

    /// A sentence, if there is something to say.
    fn look(&self, looked: &Looked) -> Option<String>;
}

/// A column that is looked at.
pub struct Looked<'a> {
    pub(super) name: &'a str,
    pub(super) seen: &'a ColumnSeen,
    pub(super) column: &'a ColumnProfile,
    /// Its numbers in their order, each with its number of cells.
    pub(super) values: &'a [(f64, u64)],
}

pub(crate) use missing_marker::without_markers;
pub(crate) use names_patients::names_patients;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::profile::tests::profile_of;

    /// A column for each note, and one that no note is for.
    const COLUMNS: &str = "\
empty,same,weight,code,dose,mrn,age
,a,70,007,5,1001,61
,a,-9,012,<5,1002,47
,a,81,112,12,1003,52
,a,-9,100,7,1004,70
,a,64,020,5,1005,61
";

    #[test]
    fn every_note_is_found_in_its_column_and_nowhere_else() {
        let profile = profile_of(COLUMNS);
        let found: Vec<(&str, &str)> = profile
            .columns
            .iter()
            .flat_map(|c| c.notes.iter().map(|note| (c.name.as_str(), note.id)))
            .collect();
        let expected = [
            ("empty", "all_missing"),
            ("same", "constant"),
            ("weight", "missing_marker"),
            ("code", "leading_zeros"),
            ("dose", "mixed_types"),
            ("mrn", "names_patients"),
        ];
        assert_eq!(found, expected);
        let ids: BTreeSet<&str> = NOTES.iter().map(|note| note.id()).collect();
        assert_eq!(ids, expected.iter().map(|(_, id)| *id).collect());
    }

    #[test]
    fn a_value_that_its_neighbours_reach_is_no_missing_marker() {
        let scores: String = (0..60)
            .map(|i| format!("{},{}\n", i % 10, -(i % 12)))
            .collect();
        let profile = profile_of(&format!("apgar,excess\n{scores}"));
        assert!(
            profile.columns.iter().all(|c| c.notes.is_empty()),
            "{profile:?}"
        );
    }

    #[test]
    fn several_missing_markers_are_named_with_their_counts() {
        let profile = profile_of("x\n5\n6\n7\n999\n999\n999\n99\n99\n6\n");
        assert_eq!(
            profile.columns[0].notes[0].message,
            "999 (3 cells) and 99 (2 cells) look like marks for what is missing: if they are, name them with --na."
        );
    }
}
