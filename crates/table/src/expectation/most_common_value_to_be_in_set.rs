use serde_json::Value;

use super::{About, AskError, Asked, Expectation, Observed, Question, distinct, literal};

/// The most frequent value is one of `value_set`. If several are most frequent, one of them must be, and only if `ties_okay`.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnMostCommonValueToBeInSet`.
pub struct MostCommonValueToBeInSet;

impl Expectation for MostCommonValueToBeInSet {
    fn about(&self) -> About {
        About {
            id: "expect_column_most_common_value_to_be_in_set",
            params: &["value_set", "ties_okay"],
            of_rows: true,
            of_texts: false,
            what: "The most frequent value is one of a set.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let set = question
            .params
            .set("value_set", question.kind(question.column()?)?)?;
        let ties_okay = question.params.flag("ties_okay")?;
        distinct::question(question, move |seen| {
            let counts = seen.most_frequent();
            let modes = counts.iter().take_while(|(_, count)| *count == counts[0].1);
            let modes: Vec<_> = modes.map(|(word, _)| *word).collect();
            let known = modes
                .iter()
                .filter(|word| set.contains(word.cell()))
                .count();
            let shown: Vec<Value> = modes
                .iter()
                .take(distinct::SHOWN)
                .map(|word| literal::shown(word))
                .collect();
            Observed::Whole {
                holds: if ties_okay {
                    known > 0
                } else {
                    modes.len() == 1 && known == 1
                },
                value: shown.into(),
            }
        })
    }
}
