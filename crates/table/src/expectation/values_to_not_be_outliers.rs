use super::numbers::{Between, Summary, quantile};
use super::{About, AskError, Asked, Expectation, Question, numbers};

/// No value lies farther than `multiplier` (1.5) times the spread: from the quartiles, the spread being the distance between
/// them (`method` is `iqr`), or from the mean, the spread being the standard deviation of the sample (`std`).
///
/// A value on the fence is within it with `iqr` and outside with `std`. Without spread by `std` only the mean is as expected;
/// without a spread at all every value is.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToNotBeOutliers`.
pub struct ValuesToNotBeOutliers;

impl Expectation for ValuesToNotBeOutliers {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_not_be_outliers",
            params: &["method", "multiplier", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "No value lies far from the middle.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let multiplier = question.params.number("multiplier")?.unwrap_or(1.5);
        if multiplier < 0.0 {
            return Err(question.params.wrong("multiplier", "0 or more"));
        }
        let quartiles = match question.params.text("method")? {
            None | Some("iqr") => true,
            Some("std") => false,
            Some(_) => return Err(question.params.wrong("method", "iqr or std")),
        };
        numbers::each_of_all(question, move |all| {
            let fence = if quartiles {
                of_quartiles(all)
            } else {
                of_deviation(all)
            };
            move |value: f64| {
                let Some((low, high, spread)) = fence else {
                    return true;
                };
                let reach = multiplier * spread;
                match (quartiles, reach > 0.0) {
                    (true, _) => value >= low - reach && value <= high + reach,
                    (false, true) => (value - low).abs() < reach,
                    (false, false) => value == low,
                }
            }
        })
    }
}

/// From where and up to where, and the spread.
type Fence = Option<(f64, f64, f64)>;

/// # Source
/// Tukey 1977, Exploratory Data Analysis, section 2C.
fn of_quartiles(sorted: &[f64]) -> Fence {
    let at = |q| quantile(sorted, q, Between::Linear);
    let (low, high) = (at(0.25)?, at(0.75)?);
    Some((low, high, high - low))
}

fn of_deviation(all: &[f64]) -> Fence {
    let all = Summary::of(all);
    Some((all.mean?, all.mean?, all.deviation?))
}
