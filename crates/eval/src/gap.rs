//! Why a metric is lower, or higher, in a group of cases than in the others: what each declared cause has to do with it.

use std::collections::BTreeMap;

use galen_stats::attribution::{Factor, LIKE_CASES_MIN, Part, attribute};
use galen_stats::metric::{Metric, by_id, measure, nearest};
use galen_stats::tally::Tally;
use galen_stats::{Cases, Estimate};
use galen_table::Table;
use serde::Serialize;

use crate::columns::{numbers, same_value, yes_or_no};
use crate::drawn::{Patients, of_places};
use crate::{Columns, EvalError, LeftOut, Settings};

/// Different values of a column up to which it is one of categories.
const CATEGORIES_MAX: usize = 12;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gap {
    pub metric: String,
    /// The column of groups, and the value whose gap is explained.
    pub by: String,
    pub group: String,
    /// The value that it is compared with; all others if there is none.
    pub against: Option<String>,
    /// Columns of who the patients are and how ill.
    pub case_mix: Vec<String>,
    /// Columns of how good images or measurements are.
    pub quality: Vec<String>,
    /// Columns whose absence may matter.
    pub missing: Vec<String>,
    /// Scores of the same cases when the model ran again with what another site does: a name, and the column.
    pub reruns: Vec<(String, String)>,
    /// The truth by a second, better reading.
    pub second_truth: Option<String>,
}

/// What a gap is made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    pub metric: &'static str,
    pub by: String,
    pub group: Side,
    pub against: Side,
    /// The metric of the group less that of the others.
    pub gap: Estimate,
    pub causes: Vec<Cause>,
    /// What is left among cases that are alike in prevalence, case mix, quality and missingness.
    pub rest: Estimate,
    pub left_out: LeftOut,
    pub warnings: Vec<String>,
}

/// One of the two groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// None where it is all other values.
    pub value: Option<String>,
    pub n: usize,
    pub diseased: usize,
    pub estimate: Estimate,
}

/// What one cause has to do with the gap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cause {
    /// `prevalence`, `case_mix`, `image_quality`, `missingness`, `preprocessing`, `label_noise` or `representation`.
    pub cause: &'static str,
    /// What tells of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Its part of the gap, of the same sign where it explains some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Estimate>,
    /// The least and the most that its part is in any order of the causes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_order: Option<[f64; 2]>,
    /// Cases of the group that can stand for those of the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like_cases: Option<f64>,
    /// How the columns differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<Differs>,
    /// `explains`, `opposes`, `not_shown`, `too_few`, `told` or `not_asked`.
    pub verdict: &'static str,
    pub why: String,
}

/// How a column differs between the group and the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Differs {
    pub column: String,
    pub group: f64,
    pub others: f64,
    /// The difference in standard deviations within both.
    pub standardised: Option<f64>,
}

/// Divides the gap of a group among the causes that are asked about; a table of the training cases tells how well the group is
/// represented.
///
/// Prevalence, case mix, quality and missingness are divided by [`attribute`]. What a rerun or a second truth changes is measured on the
/// same cases. Of representation only numbers are told: no weighting shows what other training would have done.
///
/// # Errors
/// [`EvalError`] for columns and values that cannot be.
pub fn explain(
    table: &Table,
    training: Option<&Table>,
    columns: &Columns,
    asked: &Gap,
    settings: &Settings,
) -> Result<Explained, EvalError> {
    let metric = by_id(&asked.metric).ok_or_else(|| EvalError::UnknownMetric {
        name: asked.metric.clone(),
        near: nearest(&asked.metric),
    })?;
    let read = columns.read(table)?;
    let cases = match metric.about().needs_threshold {
        true => read.flagged.as_ref(),
        false => read.scored.as_ref(),
    };
    let all = cases.ok_or(EvalError::NothingToJudge)?;
    if metric.about().needs_threshold && all.threshold().is_none() {
        return Err(EvalError::Other(format!(
            "`{}` is of flags; name the threshold, or the column with the model's answers.",
            asked.metric
        )));
    }
    let sides = Sides::of(table, asked, &read.rows)?;
    let scene = Scene {
        table,
        asked,
        metric,
        rows: of_places(&read.rows, &sides.places),
        cases: all.filter(|place| sides.places.binary_search(&place).is_ok()),
        first: sides.first,
        settings,
    };
    let factors = scene.factors()?;
    let shapes: Vec<Factor> = factors.iter().map(|factor| factor.shape.clone()).collect();
    let draws = (settings.resamples, settings.seed);
    let found = attribute(
        metric,
        &scene.cases,
        &scene.first,
        &shapes,
        draws,
        settings.level,
    )?;
    let gap = found.gap.clone();
    let mut causes: Vec<Cause> = factors
        .into_iter()
        .zip(&found.parts)
        .map(|(factor, part)| scene.cause(factor, part, &gap))
        .collect();
    for (cause, option) in [
        ("case_mix", "--case-mix"),
        ("image_quality", "--quality"),
        ("missingness", "--missing"),
    ] {
        if !causes.iter().any(|one| one.cause == cause) {
            causes.push(not_asked(cause, option));
        }
    }
    causes.extend(scene.preprocessing(&gap)?);
    causes.push(scene.label_noise(columns, &gap)?);
    causes.push(scene.representation(training, columns)?);
    let mut warnings = read.warnings;
    if found.like_cases < LIKE_CASES_MIN && causes.iter().any(|cause| cause.like_cases.is_some()) {
        warnings.push(format!(
            "made alike in everything, the cases of {} are worth only {:.0} of the kind that has fewer: what is left of the gap is not sure",
            asked.group, found.like_cases
        ));
    }
    Ok(Explained {
        metric: metric.about().id,
        by: asked.by.clone(),
        group: scene.side(true, Some(asked.group.clone())),
        against: scene.side(false, asked.against.clone()),
        gap,
        causes,
        rest: found.rest,
        left_out: read.left_out,
        warnings,
    })
}

/// Places of the judged rows that are of either group, and which are of the first.
struct Sides {
    places: Vec<usize>,
    first: Vec<bool>,
}

impl Sides {
    fn of(table: &Table, asked: &Gap, rows: &[usize]) -> Result<Sides, EvalError> {
        let texts = table.texts(&asked.by)?;
        let value = |row: usize| texts[row].as_deref().map(str::trim);
        for wanted in [Some(&asked.group), asked.against.as_ref()]
            .into_iter()
            .flatten()
        {
            let is = |&row: &usize| value(row).is_some_and(|own| same_value(own, wanted));
            if !rows.iter().any(is) {
                let found: std::collections::BTreeSet<&str> =
                    rows.iter().filter_map(|&row| value(row)).collect();
                return Err(EvalError::UnknownValue {
                    column: asked.by.clone(),
                    value: wanted.clone(),
                    found: found.into_iter().take(8).map(str::to_owned).collect(),
                });
            }
        }
        let (mut places, mut first) = (Vec::new(), Vec::new());
        for (place, &row) in rows.iter().enumerate() {
            // Who belongs to no group is none of the others.
            let Some(own) = value(row) else { continue };
            let is_first = same_value(own, &asked.group);
            let is_second = asked
                .against
                .as_ref()
                .is_none_or(|against| same_value(own, against));
            if is_first || is_second {
                places.push(place);
                first.push(is_first);
            }
        }
        match first.iter().all(|is_first| *is_first) {
            true => Err(EvalError::Other(format!(
                "Every row has `{}` in `{}`; there is nothing to compare it with.",
                asked.group, asked.by
            ))),
            false => Ok(Sides { places, first }),
        }
    }
}

struct Scene<'a> {
    table: &'a Table,
    asked: &'a Gap,
    metric: &'static dyn Metric,
    /// Rows of the table, one a case.
    rows: Vec<usize>,
    cases: Cases,
    first: Vec<bool>,
    settings: &'a Settings,
}

/// A factor with its columns.
struct Named {
    cause: &'static str,
    columns: Vec<String>,
    differs: Vec<Differs>,
    shape: Factor,
}

impl Scene<'_> {
    fn side(&self, first: bool, value: Option<String>) -> Side {
        let cases = self.cases.filter(|case| self.first[case] == first);
        Side {
            value,
            n: cases.n(),
            diseased: cases.diseased(),
            estimate: measure(self.metric, &cases, self.settings.level),
        }
    }

    /// Everything that cases can be made alike in.
    fn factors(&self) -> Result<Vec<Named>, EvalError> {
        let mut found = vec![Named {
            cause: "prevalence",
            columns: Vec::new(),
            differs: vec![
                self.differs(
                    "prevalence",
                    &self
                        .cases
                        .truth()
                        .iter()
                        .map(|&truth| f64::from(u8::from(truth)))
                        .collect::<Vec<_>>(),
                ),
            ],
            shape: Factor::Prevalence,
        }];
        let lists = [
            ("case_mix", &self.asked.case_mix),
            ("image_quality", &self.asked.quality),
        ];
        for (cause, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let (mut differs, mut shapes) = (Vec::new(), Vec::new());
            for column in list {
                for (name, values, squared) in self.columns_of(column)? {
                    differs.push(self.differs(&name, &values));
                    if squared {
                        let mean = values.iter().sum::<f64>() / values.len() as f64;
                        shapes.push(values.iter().map(|value| (value - mean).powi(2)).collect());
                    }
                    shapes.push(values);
                }
            }
            found.push(Named {
                cause,
                columns: list.clone(),
                differs,
                shape: Factor::Columns(shapes),
            });
        }
        if !self.asked.missing.is_empty() {
            let mut shapes = Vec::new();
            for column in &self.asked.missing {
                let missing = self.table.missing(column)?;
                shapes.push(
                    self.rows
                        .iter()
                        .map(|&row| f64::from(u8::from(missing[row])))
                        .collect(),
                );
            }
            let both = self.asked.missing.iter().zip(&shapes);
            found.push(Named {
                cause: "missingness",
                columns: self.asked.missing.clone(),
                differs: both
                    .map(|(column, values): (_, &Vec<f64>)| {
                        self.differs(&format!("{column} missing"), values)
                    })
                    .collect(),
                shape: Factor::Columns(shapes),
            });
        }
        Ok(found)
    }

    /// A column as numbers: itself if it is one of many numbers (its square belongs to it as well), else one for each value but the first.
    /// What is absent is the mean of the others, or no value.
    fn columns_of(&self, column: &str) -> Result<Vec<(String, Vec<f64>, bool)>, EvalError> {
        let texts = self.table.texts(column)?;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for text in self.rows.iter().filter_map(|&row| texts[row].as_deref()) {
            *counts.entry(text.trim()).or_default() += 1;
        }
        if counts.len() <= CATEGORIES_MAX {
            let is = |value: &str| {
                let own = self
                    .rows
                    .iter()
                    .map(|&row| texts[row].as_deref().map(str::trim) == Some(value));
                own.map(|is| f64::from(u8::from(is))).collect()
            };
            let values = counts.keys().skip(1);
            return Ok(values
                .map(|value| (format!("{column} {value}"), is(value), false))
                .collect());
        }
        let read = numbers(self.table, column).map_err(|_| {
            EvalError::Other(format!(
                "`{column}` has {} different values that are no numbers: too many to make cases alike in; leave it out, or put values together.",
                counts.len()
            ))
        })?;
        let known: Vec<f64> = self.rows.iter().filter_map(|&row| read[row]).collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        let values = self
            .rows
            .iter()
            .map(|&row| read[row].unwrap_or(mean))
            .collect();
        Ok(vec![(column.to_owned(), values, true)])
    }

    fn differs(&self, column: &str, values: &[f64]) -> Differs {
        let of = |first: bool| -> (f64, f64) {
            let own: Vec<f64> = values
                .iter()
                .zip(&self.first)
                .filter(|(_, is)| **is == first)
                .map(|(value, _)| *value)
                .collect();
            let n = own.len().max(1) as f64;
            let mean = own.iter().sum::<f64>() / n;
            (
                mean,
                own.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n,
            )
        };
        let ((group, own), (others, other)) = (of(true), of(false));
        let sd = ((own + other) / 2.0).sqrt();
        Differs {
            column: column.to_owned(),
            group,
            others,
            standardised: (sd > 0.0).then(|| (group - others) / sd),
        }
    }

    fn cause(&self, factor: Named, part: &Part, gap: &Estimate) -> Cause {
        let too_few = part.like_cases < LIKE_CASES_MIN;
        let (verdict, why) = match too_few {
            true => (
                "too_few",
                format!(
                    "the cases of {} can stand for no more than {:.0} of the others",
                    self.asked.group, part.like_cases
                ),
            ),
            false => verdict(&part.estimate, gap),
        };
        Cause {
            cause: factor.cause,
            columns: factor.columns,
            part: Some(part.estimate.clone()),
            by_order: Some([part.by_order.0, part.by_order.1]),
            like_cases: Some(part.like_cases),
            differs: factor.differs,
            verdict,
            why,
        }
    }

    /// What each rerun changes of the group's metric: the gap without it less the gap with it, on the same cases.
    fn preprocessing(&self, gap: &Estimate) -> Result<Vec<Cause>, EvalError> {
        if self.asked.reruns.is_empty() {
            return Ok(vec![not_asked("preprocessing", "--rerun")]);
        }
        let cluster = self.cases.cluster();
        let mut found = Vec::new();
        for (name, column) in &self.asked.reruns {
            let read = numbers(self.table, column)?;
            let score: Vec<Option<f64>> = self.rows.iter().map(|&row| read[row]).collect();
            let group: Vec<usize> = (0..self.rows.len())
                .filter(|&case| self.first[case])
                .collect();
            let own: Vec<usize> = group
                .iter()
                .copied()
                .filter(|&case| score[case].is_some())
                .collect();
            if own.is_empty() {
                return Err(EvalError::Other(format!(
                    "`{column}` has no score of a case of {}; run the model again on its cases.",
                    self.asked.group
                )));
            }
            let changed = |places: &[usize]| {
                let again = of_places(&score, places)
                    .into_iter()
                    .map(Option::unwrap_or_default)
                    .collect();
                let truth = of_places(self.cases.truth(), places);
                Some(
                    self.value(truth.clone(), of_places(self.cases.score(), places))?
                        - self.value(truth, again)?,
                )
            };
            let of_own = cluster.map(|cluster| of_places(cluster, &own));
            let part = Patients::among(&own, of_own.as_deref()).estimate(changed, self.settings);
            let (verdict, mut why) = verdict(&part, gap);
            if own.len() < group.len() {
                why = format!(
                    "{why}; {} of {} cases of the group have a score of it",
                    own.len(),
                    group.len()
                );
            }
            found.push(Cause {
                cause: "preprocessing",
                columns: vec![name.clone(), column.clone()],
                part: Some(part),
                by_order: None,
                like_cases: None,
                differs: Vec::new(),
                verdict,
                why,
            });
        }
        Ok(found)
    }

    /// What the second truth changes of the gap, on the cases that have both.
    fn label_noise(&self, columns: &Columns, gap: &Estimate) -> Result<Cause, EvalError> {
        let Some(column) = &self.asked.second_truth else {
            return Ok(not_asked("label_noise", "--second-truth"));
        };
        let read = yes_or_no(self.table, column, columns.positive.as_deref())?;
        let second: Vec<Option<bool>> = self.rows.iter().map(|&row| read[row]).collect();
        let own: Vec<usize> = (0..self.rows.len())
            .filter(|&case| second[case].is_some())
            .collect();
        let other = |first: bool| {
            let of = own.iter().filter(|&&case| self.first[case] == first);
            let (mut wrong, mut all) = (0.0, 0.0);
            for &case in of {
                all += 1.0;
                wrong += f64::from(u8::from(second[case] != Some(self.cases.truth()[case])));
            }
            if all > 0.0 { wrong / all } else { 0.0 }
        };
        let changed = |places: &[usize]| {
            let gap = |truth: &dyn Fn(usize) -> bool| {
                let of = |first: bool| {
                    let own: Vec<usize> = places
                        .iter()
                        .copied()
                        .filter(|&case| self.first[case] == first)
                        .collect();
                    self.value(
                        own.iter().map(|&case| truth(case)).collect(),
                        of_places(self.cases.score(), &own),
                    )
                };
                Some(of(true)? - of(false)?)
            };
            Some(gap(&|case| self.cases.truth()[case])? - gap(&|case| second[case] == Some(true))?)
        };
        let of_own = self.cases.cluster().map(|cluster| of_places(cluster, &own));
        let part = Patients::among(&own, of_own.as_deref()).estimate(changed, self.settings);
        let (verdict, why) = verdict(&part, gap);
        Ok(Cause {
            cause: "label_noise",
            columns: vec![column.clone()],
            part: Some(part),
            by_order: None,
            like_cases: None,
            differs: vec![Differs {
                column: "labels that differ".to_owned(),
                group: other(true),
                others: other(false),
                standardised: None,
            }],
            verdict,
            why: format!(
                "{why}; {} of {} cases have both",
                own.len(),
                self.rows.len()
            ),
        })
    }

    fn value(&self, truth: Vec<bool>, score: Vec<f64>) -> Option<f64> {
        let cases = Cases::new(truth, score, None, None).ok()?;
        self.metric
            .value(&Tally::of(&cases), self.cases.threshold())
    }

    /// How much of the training cases are of the group.
    fn representation(
        &self,
        training: Option<&Table>,
        columns: &Columns,
    ) -> Result<Cause, EvalError> {
        let Some(training) = training else {
            return Ok(not_asked("representation", "--training"));
        };
        let texts = training.texts(&self.asked.by)?;
        let is = |row: usize| {
            texts[row]
                .as_deref()
                .is_some_and(|own| same_value(own.trim(), &self.asked.group))
        };
        let all = training.rows();
        let of_group = (0..all).filter(|&row| is(row)).count();
        let diseased = match training.has(&columns.truth) {
            true => {
                let truth = yes_or_no(training, &columns.truth, columns.positive.as_deref())?;
                let count = (0..all)
                    .filter(|&row| is(row) && truth[row] == Some(true))
                    .count();
                format!(", {count} of them diseased")
            }
            false => String::new(),
        };
        let percent = |n: usize, of: usize| {
            if of > 0 {
                100.0 * n as f64 / of as f64
            } else {
                0.0
            }
        };
        let here = self.first.iter().filter(|first| **first).count();
        Ok(Cause {
            cause: "representation",
            columns: vec![self.asked.by.clone()],
            part: None,
            by_order: None,
            like_cases: None,
            differs: Vec::new(),
            verdict: "told",
            why: format!(
                "{of_group} of {all} training cases ({:.1} %) are of {}{diseased}, against {:.1} % here; what more of them would change \
                 only training again shows",
                percent(of_group, all),
                self.asked.group,
                percent(here, self.first.len())
            ),
        })
    }
}

/// Whether a part is of the sign of the gap, surely.
fn verdict(part: &Estimate, gap: &Estimate) -> (&'static str, String) {
    let (Some(value), Some(gap)) = (part.value, gap.value) else {
        let why = part
            .why
            .clone()
            .unwrap_or_else(|| "it is not defined here".to_owned());
        return ("not_shown", why);
    };
    if value == 0.0 {
        return ("not_shown", "it changes nothing".to_owned());
    }
    match part.interval() {
        Some((low, high)) if low > 0.0 || high < 0.0 => match value.signum() == gap.signum() {
            true => (
                "explains",
                format!("{:.0} % of the gap", 100.0 * value / gap),
            ),
            false => ("opposes", "without it the gap would be larger".to_owned()),
        },
        Some(_) => ("not_shown", "its interval holds 0".to_owned()),
        None => ("not_shown", part.why.clone().unwrap_or_default()),
    }
}

fn not_asked(cause: &'static str, option: &str) -> Cause {
    Cause {
        cause,
        columns: Vec::new(),
        part: None,
        by_order: None,
        like_cases: None,
        differs: Vec::new(),
        verdict: "not_asked",
        why: format!("nothing tells of it; {option} names what does"),
    }
}
