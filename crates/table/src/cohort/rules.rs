//! Who is left out by the declared rules, counted in their order.

use galen_spec::data::{CohortRule, Data};
use serde::{Deserialize, Serialize};

use super::CohortError;
use crate::Table;
use crate::accumulator::Chunk;
use crate::expectation::{Condition, ConditionError};

/// How many a rule left out. Who is left out by a rule is not asked by the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub id: String,
    pub title: String,
    /// Rows that the rule left out.
    pub left_out: u64,
    /// Of the rows that it was asked about, those without a value in a column that it reads.
    pub without_value: u64,
}

/// Which rows are admitted, and which are synthetic.
pub(super) struct Admitted {
    pub admitted: Vec<bool>,
    pub synthetic: Vec<bool>,
    /// Counts of rows that are not synthetic.
    pub steps: Vec<Step>,
}

/// Asks the rules in their order. Synthetic rows are asked as well, and counted in no step.
pub(super) fn apply(raw: &Table, plan: &Data) -> Result<Admitted, CohortError> {
    let rows = raw.rows();
    let synthetic = synthetic_rows(raw, plan)?;
    let mut admitted = vec![true; rows];
    let mut steps = Vec::new();
    for rule in &plan.cohort {
        let (text, keeps) = expression(rule)?;
        let answer = asked(raw, text, &rule.id)?;
        let (mut left_out, mut without_value) = (0, 0);
        for row in 0..rows {
            if !admitted[row] {
                continue;
            }
            let counts = u64::from(!synthetic[row]);
            without_value += counts * u64::from(answer.without_value[row]);
            if answer.holds[row] != keeps {
                admitted[row] = false;
                left_out += counts;
            }
        }
        steps.push(Step {
            id: rule.id.clone(),
            title: rule.title.clone(),
            left_out,
            without_value,
        });
    }
    Ok(Admitted {
        admitted,
        synthetic,
        steps,
    })
}

/// For each row whether it is synthetic by the plan.
///
/// # Errors
/// [`CohortError::Rule`] if that cannot be asked of this table.
pub fn synthetic_rows(raw: &Table, plan: &Data) -> Result<Vec<bool>, CohortError> {
    match &plan.synthetic {
        Some(text) => Ok(asked(raw, text, "synthetic")?.holds),
        None => Ok(vec![false; raw.rows()]),
    }
}

/// The expression of a rule, and whether who fulfils it stays.
fn expression(rule: &CohortRule) -> Result<(&str, bool), CohortError> {
    match (&rule.include, &rule.exclude) {
        (Some(text), None) => Ok((text, true)),
        (None, Some(text)) => Ok((text, false)),
        _ => Err(CohortError::NoRule(rule.id.clone())),
    }
}

struct Answer {
    holds: Vec<bool>,
    without_value: Vec<bool>,
}

fn asked(raw: &Table, text: &str, rule: &str) -> Result<Answer, CohortError> {
    let wrong = |error: ConditionError| CohortError::Rule {
        rule: rule.to_owned(),
        error,
    };
    let condition = Condition::read(&text.into(), None).map_err(wrong)?;
    condition.check(raw.heads(), &|_| true).map_err(wrong)?;
    let chunk = Chunk::from(raw, 0);
    let holds = condition
        .keep(&chunk)
        .map_err(|error| wrong(error.into()))?;
    let mut without_value = vec![false; raw.rows()];
    for column in condition.columns() {
        for (row, text) in raw.texts(column)?.iter().enumerate() {
            without_value[row] |= text.is_none();
        }
    }
    Ok(Answer {
        holds,
        without_value,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::plan;
    use super::super::{Cohort, CohortError, cohort};
    use super::*;
    use crate::ReadOptions;

    const PEOPLE: &str = "sample.yr,futime,death,age,origin\n1995,2000,alive,30,clinic\n1995,2000,dead,60,clinic\n\
                          1995,,dead,17,clinic\n1996,2000,alive,,clinic\n1996,10,dead,50,generated\n1997,2000,alive,70,generated\n";

    fn rule(id: &str, include: Option<&str>, exclude: Option<&str>) -> CohortRule {
        CohortRule {
            id: id.into(),
            title: format!("Left out by {id}"),
            include: include.map(Into::into),
            exclude: exclude.map(Into::into),
        }
    }

    fn admitted(rules: Vec<CohortRule>, synthetic: Option<&str>) -> Result<Cohort, CohortError> {
        let raw = Table::read_csv(PEOPLE.as_bytes(), &ReadOptions::default());
        let plan = Data {
            cohort: rules,
            synthetic: synthetic.map(Into::into),
            ..plan()
        };
        cohort(&raw.expect("the test writes a table"), &plan)
    }

    #[test]
    fn who_is_left_out_by_a_rule_is_counted_once_and_needs_no_truth() {
        let rules = vec![
            rule("minors", None, Some("age < 18")),
            rule("aged", Some("age < 60"), None),
        ];
        let cohort = admitted(rules, None).expect("the rules can be asked");
        assert_eq!(
            cohort.admitted,
            [true, false, false, false, true, false],
            "a row without an age fulfils no inclusion"
        );
        let counts = |at: usize| {
            let step: &Step = &cohort.flow.steps[at];
            (step.left_out, step.without_value)
        };
        assert_eq!((counts(0), counts(1)), ((1, 1), (3, 1)));
        assert_eq!((cohort.flow.read, cohort.flow.all.rows), (6, 2));
        assert_eq!(cohort.flow.all.diseased, 1);
    }

    #[test]
    fn synthetic_rows_are_told_apart_and_are_not_counted_as_people() {
        let rules = vec![rule("minors", None, Some("age < 18"))];
        let cohort = admitted(rules, Some("origin == 'generated'")).expect("it can be asked");
        assert_eq!(cohort.synthetic, [false, false, false, false, true, true]);
        let flow = &cohort.flow;
        assert_eq!((flow.read, flow.synthetic, flow.all.rows), (6, 2, 3));
        assert_eq!(flow.steps[0].left_out, 1);
    }

    #[test]
    fn a_rule_that_cannot_be_asked_is_named() {
        let wrong = |rule| {
            admitted(vec![rule], None)
                .expect_err("it cannot be asked")
                .to_string()
        };
        let syntax = wrong(rule("aged", Some("age >"), None));
        assert!(
            syntax.contains("`aged`") && syntax.contains("age >"),
            "{syntax}"
        );
        let column = wrong(rule("aged", Some("agee > 5"), None));
        assert!(column.contains("agee"), "{column}");
        assert!(wrong(rule("aged", None, None)).contains("include"));
        assert!(wrong(rule("aged", Some("age + 5"), None)).contains("`aged`"));
    }
}
