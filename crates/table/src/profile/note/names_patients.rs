use super::{Looked, Note};
use crate::Kind;
use crate::accumulator::column::ColumnSeen;
use crate::names;

/// The values name single patients.
pub struct NamesPatients;

impl Note for NamesPatients {
    fn id(&self) -> &'static str {
        "names_patients"
    }

    fn look(&self, looked: &Looked) -> Option<String> {
        names_patients(looked.name, looked.seen).then(|| {
            "The values seem to name patients: a profile for others tells only how many there are.".to_owned()
        })
    }
}

/// Parts of a column's name that say that it names people.
const NAMES: [&str; 21] = [
    "id",
    "mrn",
    "ssn",
    "nhs",
    "name",
    "surname",
    "firstname",
    "lastname",
    "patient",
    "patientid",
    "subject",
    "subjectid",
    "person",
    "personid",
    "participant",
    "case",
    "email",
    "phone",
    "address",
    "encounter",
    "accession",
];
/// Fewer cells are too few to tell.
const ENOUGH: u64 = 100;
/// From this share of different values on a column names its rows.
const NEARLY_ALL: f64 = 0.9;

/// Whether a column seems to name patients: by its name, or because nearly every text or whole number is another one.
pub(crate) fn names_patients(name: &str, seen: &ColumnSeen) -> bool {
    let countable = matches!(seen.kind, Kind::Text | Kind::Integer);
    let (_, different) = seen.different();
    let nearly_all = seen.n >= ENOUGH && different as f64 >= NEARLY_ALL * seen.n as f64;
    // A category with few words is none, however it is called.
    let many = different > 2;
    countable && (nearly_all || many && words(name).any(|word| NAMES.contains(&word.as_str())))
}

/// The words of a name without its digits: `patientId`, `patient_id` and `Patient ID2` have two.
fn words(name: &str) -> impl Iterator<Item = String> {
    let words = names::words(name).into_iter();
    let parts = words.flat_map(|word| {
        let parts = word.split(|letter: char| !letter.is_alphabetic());
        parts.map(str::to_owned).collect::<Vec<_>>()
    });
    parts.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::tests::profile_of;

    #[test]
    fn a_name_is_read_word_by_word() {
        let of = |name| words(name).collect::<Vec<_>>();
        assert_eq!(of("patientId"), ["patient", "id"]);
        assert_eq!(of("PATIENT_ID2"), ["patient", "id"]);
        assert_eq!(of("fluid"), ["fluid"]);
    }

    #[test]
    fn texts_that_are_nearly_all_different_name_patients_whatever_the_column_is_called() {
        let rows: String = (0..200)
            .map(|i| format!("c{i},{},{}\n", i % 5, f64::from(i) / 7.0))
            .collect();
        let profile = profile_of(&format!("code,site,score\n{rows}"));
        let named: Vec<bool> = profile
            .columns
            .iter()
            .map(|c| !c.notes.is_empty())
            .collect();
        assert_eq!(named, [true, false, false]);
    }
}
