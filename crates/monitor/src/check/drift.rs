use std::borrow::Cow;

use galen_spec::monitor::Check;
use galen_stats::{DRIFT_TESTS, DriftTest, Level, drift};
use galen_table::Table;
use galen_table::drift::column_drift;

use super::{
    About, CheckError, Gives, Measured, MonitorCheck, column_of, text_of, without_interval,
};
use crate::window::{Reference, WindowData};

const ID: &str = "drift";

/// A drift test of a column against the reference; `params: {test: …}` names one of the manual.
///
/// Missing values are dropped before. The estimate's value is the statistic, without interval; `n` counts the window's
/// values. The test says whether the cases differ, not whether the model suffers.
///
/// # Source
/// That of the test.
pub struct Drift;

impl MonitorCheck for Drift {
    fn about(&self) -> About {
        About {
            id: ID,
            title: "Drift",
            what: "Whether the values of the column still look like those of the reference.",
            source: "that of the test",
            needs_column: true,
            params: &["test"],
            gives: Gives::PValue,
        }
    }

    fn fits(&self, check: &Check) -> Result<(), CheckError> {
        let about = test_of(check)?.about();
        if about.gives_p {
            Ok(())
        } else {
            Err(CheckError::NoPValue(about.id))
        }
    }

    fn measure(
        &self,
        check: &Check,
        window: &WindowData,
        reference: &Reference,
    ) -> Result<Measured, CheckError> {
        let level = Level::new(check.level)?;
        let column = column_of(check, ID)?;
        let test = test_of(check)?;
        if !reference.table.has(column) {
            return Err(CheckError::NoReference(column.to_owned()));
        }
        let about = test.about();
        let now = with_column(&window.table, column)?;
        // The threshold is the plan's limit, so what the test's own would say is not used.
        let unused = about.default_threshold;
        let found = column_drift(&reference.table, &now, column, Some(test), unused)?;
        let why = match (found.why, found.statistic) {
            (Some(why), _) => why,
            (None, Some(_)) => "A drift test gives no interval.".to_owned(),
            (None, None) => "The window holds a category that the reference never had.".to_owned(),
        };
        let n = found.current.n as usize;
        Ok(Measured {
            subject: format!("The drift of {column} from the reference ({})", about.title),
            estimate: without_interval(found.statistic, n, level, about.id, why),
            p_value: found.p_value,
        })
    }
}

fn test_of(check: &Check) -> Result<&'static dyn DriftTest, CheckError> {
    let name = text_of(check, ID, "test")?;
    drift::by_id(name).ok_or_else(|| CheckError::UnknownSetting {
        what: "drift test",
        name: name.to_owned(),
        known: DRIFT_TESTS.iter().map(|test| test.about().id).collect(),
    })
}

/// The table with the column; one that it lost has no value in any case.
fn with_column<'a>(table: &'a Table, column: &str) -> Result<Cow<'a, Table>, CheckError> {
    if table.has(column) {
        return Ok(Cow::Borrowed(table));
    }
    let lost = vec![None; table.rows()];
    Ok(Cow::Owned(table.with_texts(column, &lost)?))
}

#[cfg(test)]
mod tests {
    use galen_spec::monitor::{Crossing, Limit};
    use serde_json::json;

    use super::super::laws::{declared, reference, window_with};
    use super::super::{CheckResult, fits, run};
    use crate::window::Reference;

    fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<Option<String>> {
        let text = |value: T| Some(value.to_string()).filter(|text| !text.is_empty());
        values.into_iter().map(text).collect()
    }

    fn of(
        test: &str,
        limit: Limit,
        known: Vec<Option<String>>,
        seen: Vec<Option<String>>,
    ) -> CheckResult {
        let mut check = declared("drift");
        check.column = Some("x".to_owned());
        check.params = [("test".to_owned(), json!(test))].into();
        check.limit = limit;
        let reference = Reference {
            table: window_with("x", known).table,
        };
        run(&check, &window_with("x", seen), &reference)
    }

    /// scipy 1.16: `ks_2samp(range(50, 90), range(70, 100))` gives 0.5 and p 2.1399967e-4.
    #[test]
    fn older_people_drift_and_the_same_people_do_not() {
        let limit = Limit::PBelow(0.001);
        let mut seen = texts(70..100);
        seen.extend([None, None]);
        let older = of("ks", limit.clone(), texts(50..90), seen);
        assert_eq!(older.estimate.value, Some(0.5));
        assert_eq!(older.estimate.n, 30);
        assert!(
            (older.p_value.expect("a test with p") / 2.139_996_706_033_727_5e-4 - 1.0).abs() < 1e-9
        );
        assert_eq!(older.crossing, Crossing::Crossed);
        assert_eq!(
            older.sentence,
            "The drift of x from the reference (Kolmogorov-Smirnov test) is 0.50 (p 0.0002; n 30); \
             the limit is a p-value below 0.001: crossed."
        );
        let same = of("ks", limit, texts(50..90), texts(50..90));
        assert_eq!(same.crossing, Crossing::Ok);
    }

    #[test]
    fn a_category_that_was_never_there_crosses_without_a_finite_statistic() {
        let known = texts(["f", "m"].repeat(20));
        let mut seen = texts(["f", "m"].repeat(5));
        seen.push(Some("x".to_owned()));
        let result = of("chisquare", Limit::PBelow(0.001), known, seen);
        assert_eq!((result.estimate.value, result.p_value), (None, Some(0.0)));
        assert_eq!(result.crossing, Crossing::Crossed);
        assert_eq!(
            result.sentence,
            "The drift of x from the reference (Chi-square test) has no finite value (p 0.00; n 11); \
             the limit is a p-value below 0.001: crossed."
        );
    }

    #[test]
    fn one_and_one_point_zero_are_one_category() {
        let known = texts(["0", "1"].repeat(20));
        let seen = texts(["0.0", "1.0"].repeat(20));
        let result = of("chisquare", Limit::PBelow(0.05), known, seen);
        assert_eq!(result.p_value, Some(1.0));
    }

    #[test]
    fn a_column_without_values_and_a_test_of_numbers_on_words_are_no_data() {
        let limit = Limit::PBelow(0.05);
        let empty = of("ks", limit.clone(), texts(50..90), vec![None; 40]);
        assert_eq!(empty.crossing, Crossing::NoData);
        assert!(empty.sentence.ends_with("A sample holds no value."));
        let mut check = declared("drift");
        let lost = run(&check, &window_with("x", texts(50..90)), &reference());
        assert!(lost.sentence.ends_with("A sample holds no value."));
        check.column = Some("x".to_owned());
        let never = run(&check, &window_with("x", texts(50..90)), &reference());
        assert!(never.sentence.ends_with("The reference has no column `x`."));
        let words = of("ks", limit, texts(["f", "m"]), texts(["f", "m"]));
        assert_eq!(words.crossing, Crossing::NoData);
        assert!(
            words
                .sentence
                .ends_with("The test does not fit this kind of values.")
        );
    }

    #[test]
    fn a_test_without_p_value_gives_its_number_and_says_that_it_can_never_cross() {
        let result = of("psi", Limit::PBelow(0.05), texts(50..90), texts(70..100));
        assert!(result.estimate.value.is_some_and(|psi| psi > 0.1));
        assert_eq!(result.crossing, Crossing::NoData);
        assert!(
            result
                .sentence
                .ends_with("`psi` gives no p-value, so `p_below` cannot judge it.")
        );
        let mut check = declared("drift");
        assert_eq!(fits(&check), Ok(()));
        check.limit = Limit::LowerAbove(0.2);
        assert!(fits(&check).is_err());
    }
}
