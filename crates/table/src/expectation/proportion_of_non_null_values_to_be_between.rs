use super::{About, AskError, Asked, Bounds, Expectation, Question};
use crate::Table;
use crate::accumulator::Cells;

/// The share of rows with a value lies between `min_value` and `max_value`; of no row it is 0.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnProportionOfNonNullValuesToBeBetween`.
pub struct ProportionOfNonNullValuesToBeBetween;

impl Expectation for ProportionOfNonNullValuesToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_proportion_of_non_null_values_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            of_rows: true,
            of_texts: false,
            what: "The share of rows with a value lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let column = question.column()?.to_owned();
        let bounds = Bounds::of_statistic(&question.params)?;
        let of = column.clone();
        let judge = move |table: &Table| Ok(table.values(&of)?.judge(|_| true));
        Ok(Asked::of(Cells::new(vec![column], judge), move |seen| {
            let rows = seen.judged + seen.left_out;
            bounds.judge(Some(seen.judged as f64 / rows.max(1) as f64))
        }))
    }
}
