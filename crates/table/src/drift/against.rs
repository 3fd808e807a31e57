use crate::profile::{ProfileState, Reference};
use crate::scan::Scan;
use crate::{ColumnError, Kind};

/// A table that is compared: its rows, or what a stored profile tells of them.
#[derive(Clone, Copy)]
pub enum Against<'a> {
    Rows(&'a dyn Scan),
    Profile(&'a ProfileState),
}

impl<'a> Against<'a> {
    /// The names of the columns, in their order.
    pub fn names(self) -> Vec<&'a str> {
        match self {
            Against::Rows(scan) => {
                let heads = scan.heads().list().iter();
                heads.map(|head| head.name.as_str()).collect()
            }
            Against::Profile(profile) => profile.names(),
        }
    }

    pub fn has(self, name: &str) -> bool {
        self.kind(name).is_ok()
    }

    /// The number of rows.
    pub fn rows(self) -> u64 {
        match self {
            Against::Rows(scan) => scan.rows(),
            Against::Profile(profile) => profile.rows,
        }
    }

    /// The kind of a column; `None` if it holds no value.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn kind(self, name: &str) -> Result<Option<Kind>, ColumnError> {
        match self {
            Against::Rows(scan) => {
                let place = scan.heads().place(name)?;
                Ok(scan
                    .has_values(place)
                    .then_some(scan.heads().list()[place].kind))
            }
            Against::Profile(profile) => {
                let column = column(profile, name)?;
                Ok((column.n() > 0).then_some(column.kind()))
            }
        }
    }
}

/// A column of a stored profile.
///
/// # Errors
/// [`ColumnError::Absent`].
pub(super) fn column<'a>(
    profile: &'a ProfileState,
    name: &str,
) -> Result<Reference<'a>, ColumnError> {
    profile.column(name).ok_or_else(|| ColumnError::Absent {
        name: name.to_owned(),
        known: profile.names().into_iter().map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::tests::flchain;
    use crate::drift::{Calendar, DriftError, DriftOptions, DriftReport, Split, drift_scans};
    use crate::profile::{ProfileOptions, profile};
    use crate::scan::Pace;
    use crate::{ReadOptions, Table};

    fn years(from: f64, to: f64) -> Table {
        let all = flchain();
        let years = all.numbers("sample.yr").expect("the column is there");
        let within = |year: &Option<f64>| year.is_some_and(|year| from <= year && year <= to);
        all.filter(&years.iter().map(within).collect::<Vec<_>>())
            .expect("one answer a row")
    }

    fn stored(table: &Table, by: Option<&str>, least: u64) -> ProfileState {
        let options = ProfileOptions {
            by: by.map(str::to_owned),
            ..ProfileOptions::default()
        };
        let state = profile(table, &options, Pace::ALONE).expect("a table in memory is read");
        let document = state.withhold(least).document().expect("it is written");
        let bytes = document.to_string();
        ProfileState::read(bytes.as_bytes()).expect("it is read")
    }

    fn compared(reference: Against, current: &Table, split: Option<&Split>) -> DriftReport {
        let options = DriftOptions::default();
        let found = drift_scans(
            reference,
            Against::Rows(current),
            &options,
            split,
            Pace::ALONE,
        );
        found.expect("they are compared")
    }

    fn table(text: &str) -> Table {
        Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table")
    }

    #[test]
    fn a_stored_profile_that_knows_every_value_gives_what_its_rows_give() {
        let (old, new) = (years(1995.0, 1996.0), years(1999.0, 2003.0));
        let profile = stored(&old, None, 1);
        let by_profile = compared(Against::Profile(&profile), &new, None);
        assert_eq!(by_profile, compared(Against::Rows(&old), &new, None));
        let (old, new) = (Against::Profile(&profile), &stored(&new, None, 1));
        let options = DriftOptions::default();
        let of_two = drift_scans(old, Against::Profile(new), &options, None, Pace::ALONE);
        assert_eq!(of_two, Ok(by_profile.clone()));
        assert!(by_profile.columns.len() > 8 && by_profile.dataset.columns_drifted > 0);
    }

    #[test]
    fn the_groups_of_a_stored_profile_are_compared_with_the_same_groups() {
        let (old, new) = (years(1995.0, 1996.0), years(1999.0, 2003.0));
        let split = Split::By("sex".to_owned());
        let profile = stored(&old, Some("sex"), 1);
        let by_profile = compared(Against::Profile(&profile), &new, Some(&split));
        assert_eq!(by_profile.groups.len(), 2);
        assert_eq!(
            by_profile.groups,
            compared(Against::Rows(&old), &new, Some(&split)).groups
        );
        let without = stored(&old, None, 1);
        let options = DriftOptions::default();
        let refused = drift_scans(
            Against::Profile(&without),
            Against::Rows(&new),
            &options,
            Some(&split),
            Pace::ALONE,
        );
        assert_eq!(refused, Err(DriftError::NoGroups("sex".to_owned())));
    }

    #[test]
    fn windows_of_the_calendar_are_compared_with_the_whole_stored_profile() {
        let rows =
            |month: u32| (1..=28).map(move |day| format!("2024-{month:02}-{day:02},{month}\n"));
        let old = table(&format!("day,x\n{}", rows(1).collect::<String>()));
        let new = rows(2).chain(rows(3)).collect::<String>();
        let new = table(&format!("day,x\n{new}"));
        let split = Split::Windows {
            column: "day".to_owned(),
            every: Calendar::Month,
        };
        let profile = stored(&old, None, 1);
        let found = compared(Against::Profile(&profile), &new, Some(&split));
        assert_eq!(found, compared(Against::Rows(&old), &new, Some(&split)));
        assert_eq!(found.groups.len(), 2);
    }

    #[test]
    fn numbers_that_a_profile_tells_in_groups_are_compared_with_the_error_of_their_ranks() {
        let (old, new) = (years(1995.0, 1996.0), years(1997.0, 1997.0));
        let profile = stored(&old, None, 5);
        let found = compared(Against::Profile(&profile), &new, None);
        let exact = compared(Against::Rows(&old), &new, None);
        for (near, exact) in found.columns.iter().zip(&exact.columns) {
            let (Some(error), "wasserstein") = (near.reference.rank_error, near.test) else {
                continue;
            };
            assert!(error > 0.0 && error < 0.01, "{error}");
            let by = near.statistic.expect("a distance") - exact.statistic.expect("a distance");
            assert!(by.abs() < 0.01, "{} {by}", near.name);
        }
    }

    #[test]
    fn what_a_profile_does_not_tell_apart_is_never_called_stable() {
        let rows = |rare: &str| {
            let frequent = (0..400).map(|i| if i % 2 == 0 { "a\n" } else { "b\n" });
            let rare = (0..60).map(|i| format!("{rare}{}\n", i / 3));
            format!(
                "x\n{}{}",
                frequent.collect::<String>(),
                rare.collect::<String>()
            )
        };
        let profile = stored(&table(&rows("r")), None, 5);
        let found = compared(Against::Profile(&profile), &table(&rows("other")), None);
        let x = &found.columns[0];
        assert_eq!(x.drifted, None);
        assert!(
            x.why.as_deref().is_some_and(|why| why.contains("13 %")),
            "{x:?}"
        );
        assert_eq!(x.reference.pooled, Some(60.0 / 460.0));
        assert!(!x.reference.shares.keys().any(|word| word.starts_with('r')));
        assert!(found.dataset.inconclusive && !found.dataset.drifted);
        // What became of the frequent ones is told.
        let moved = compared(
            Against::Profile(&profile),
            &table(&rows("r").replace("b\n", "a\n")),
            None,
        );
        assert_eq!(moved.columns[0].drifted, Some(true));
    }

    #[test]
    fn a_column_of_which_only_counts_were_told_is_not_decided() {
        let text: String = (0..200).map(|i| format!("{},{i}\n", i % 7)).collect();
        let old = table(&format!("x,patient_id\n{text}"));
        let profile = stored(&old, None, 5);
        let found = compared(Against::Profile(&profile), &old, None);
        let id = found.columns.iter().find(|c| c.name == "patient_id");
        let id = id.expect("numbers are compared");
        assert_eq!((id.drifted, id.reference.n), (None, 0));
        assert!(
            id.why
                .as_deref()
                .is_some_and(|why| why.contains("does not tell"))
        );
    }

    #[test]
    fn texts_that_hardly_repeat_are_compared_only_by_name() {
        let rows = |from: u32| (from..from + 100).map(|i| format!("{},img{i}.png\n", i % 5));
        let text = |from| format!("x,path\n{}", rows(from).collect::<String>());
        let (old, new) = (table(&text(0)), table(&text(1000)));
        let found = compared(Against::Rows(&old), &new, None);
        let names: Vec<_> = found.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["x"]);
        assert_eq!(found.left_out[0].name, "path");
        let named = DriftOptions {
            columns: vec!["path".to_owned()],
            ..DriftOptions::default()
        };
        let against = Against::Rows(&old);
        let found = drift_scans(against, Against::Rows(&new), &named, None, Pace::ALONE);
        let found = found.expect("it is named");
        assert_eq!(found.columns[0].drifted, Some(true));
        let only = |text: &str| table(&text.replace(",", "_"));
        let (old, new) = (only(&text(0)), only(&text(1000)));
        let options = DriftOptions::default();
        let against = Against::Rows(&old);
        let none = drift_scans(against, Against::Rows(&new), &options, None, Pace::ALONE);
        assert!(matches!(none, Err(DriftError::NothingLeft(_))), "{none:?}");
    }

    #[test]
    fn without_a_level_each_test_has_its_own_threshold() {
        let (old, new) = (years(1995.0, 1996.0), years(1997.0, 1997.0));
        let mut options = DriftOptions {
            columns: vec!["age".to_owned()],
            tests: [("age".to_owned(), "anderson".to_owned())].into(),
            ..DriftOptions::default()
        };
        let threshold = |options: &DriftOptions| {
            let found = drift_scans(
                Against::Rows(&old),
                Against::Rows(&new),
                options,
                None,
                Pace::ALONE,
            );
            found.expect("they are compared").columns[0].threshold
        };
        assert_eq!(threshold(&options), 0.1);
        options.alpha = Some(0.01);
        assert_eq!(threshold(&options), 0.01);
    }
}
