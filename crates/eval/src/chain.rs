//! A chain of updates: each held against the one before and against the model that was cleared, on the same cases.

use galen_stats::Level;
use galen_stats::metric::Better;
use galen_table::Table;
use serde::Serialize;

use crate::binary::chosen_one;
use crate::compare::{Comparison, compare};
use crate::{Columns, EvalError, Settings};

/// What an update may lose: against the model that it would replace, and against the cleared one.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Against the model in use; above 0, in the units of the metric.
    pub margin: f64,
    /// Against the cleared model, however many updates lie between; above 0.
    pub anchor_margin: f64,
    /// How many updates are to be judged on these cases, where that is declared: the interval against the cleared model is then widened
    /// (Bonferroni), so that all of them together are judged wrongly no more often than one would be.
    pub planned: Option<u32>,
}

/// All steps of a chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chain {
    pub metric: String,
    pub margin: f64,
    pub anchor_margin: f64,
    /// The level of the intervals against the cleared model.
    pub anchor_level: f64,
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub steps: Vec<Step>,
    /// The first update that was not accepted, counted from 1.
    pub stopped_at: Option<usize>,
    /// The model in use at the end: 0 is the cleared one.
    pub in_use: usize,
}

/// One update.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Counted from 1.
    pub update: usize,
    /// The model that it would replace: the last one that was accepted, 0 being the cleared one.
    pub previous: usize,
    /// The update less the model that it would replace.
    pub against_previous: Comparison,
    /// The update less the cleared model.
    pub against_cleared: Comparison,
    pub verdict: Verdict,
}

/// What becomes of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within both margins, by the whole intervals.
    Accepted,
    /// Worse than the model in use, by the whole interval, and not shown to be within the margin.
    WorseThanPrevious,
    /// Worse than the cleared model, by the whole interval, and not shown to be within its margin; this is said before the other.
    WorseThanCleared,
    /// Not shown to be within a margin, and not shown to be worse.
    Inconclusive,
}

/// Holds each update against the model that it would replace and against the cleared one. An update that is not accepted replaces nothing: the
/// next is held against the same model.
///
/// Updates that each are worse by less than the margin add up ("bio-creep"); the cleared model is the anchor that ends it. The settings name one
/// metric, or the area is compared. Cases that are used again and again to choose updates judge them too kindly: declare how many are
/// planned, or take new cases.
///
/// # Errors
/// [`EvalError`] of [`compare`]; if not every model has judged the same cases, a margin is not above 0, or a metric is named of which neither more
/// nor less is better.
///
/// # Source
/// Feng, Emerson and Simon 2021, Biometrics 77:31-44 (bio-creep, and comparing with the first model).
pub fn chain(
    cleared: &Table,
    updates: &[&Table],
    columns: &Columns,
    id: &str,
    policy: &Policy,
    settings: &Settings,
) -> Result<Chain, EvalError> {
    if ![policy.margin, policy.anchor_margin]
        .iter()
        .all(|margin| margin.is_finite() && *margin > 0.0)
    {
        return Err(EvalError::Other(
            "A margin is a number above 0, in the units of the metric.".to_owned(),
        ));
    }
    let settings = settings.or_area();
    let metric = chosen_one(&settings, "A chain is")?;
    let about = metric.metric().about();
    if !matches!(about.better, Better::Higher | Better::Lower) {
        return Err(EvalError::Other(format!(
            "Neither more nor less of `{}` is better, so nothing is worse.",
            about.id
        )));
    }
    let planned = f64::from(policy.planned.unwrap_or(1).max(1));
    let anchor_level = Level::new(1.0 - (1.0 - settings.level.value()) / planned)
        .map_err(|error| EvalError::Other(error.to_string()))?;
    let of = |level: Level, margin: f64| Settings {
        level,
        margin: Some(margin),
        ..settings.clone()
    };
    let to_previous = of(settings.level, policy.margin);
    let to_cleared = of(anchor_level, policy.anchor_margin);
    let models: Vec<&Table> = std::iter::once(cleared)
        .chain(updates.iter().copied())
        .collect();
    let (mut steps, mut in_use, mut size) = (Vec::new(), 0, (0, None));
    for update in 1..models.len() {
        let own = |other: usize, settings: &Settings| {
            one_pair(models[update], models[other], columns, id, settings)
        };
        let (against_previous, n, clusters) = own(in_use, &to_previous)?;
        let (against_cleared, _, _) = own(0, &to_cleared)?;
        size = (n, clusters);
        let verdict = verdict(
            about.better,
            (&against_previous, policy.margin),
            (&against_cleared, policy.anchor_margin),
        );
        steps.push(Step {
            update,
            previous: in_use,
            against_previous,
            against_cleared,
            verdict,
        });
        if verdict == Verdict::Accepted {
            in_use = update;
        }
    }
    let (n, clusters) = size;
    let stopped = steps.iter().find(|step| step.verdict != Verdict::Accepted);
    Ok(Chain {
        metric: about.id.to_owned(),
        margin: policy.margin,
        anchor_margin: policy.anchor_margin,
        anchor_level: anchor_level.value(),
        n,
        clusters,
        stopped_at: stopped.map(|step| step.update),
        steps,
        in_use,
    })
}

fn one_pair(
    update: &Table,
    other: &Table,
    columns: &Columns,
    id: &str,
    settings: &Settings,
) -> Result<(Comparison, usize, Option<u64>), EvalError> {
    let found = compare(update, other, columns, id, settings)?;
    if found.only_in_a + found.only_in_b > 0 {
        return Err(EvalError::NotPaired(format!(
            "{} are of one model only, and a chain is judged on cases that every model has judged",
            found.only_in_a + found.only_in_b
        )));
    }
    let (n, clusters) = (found.n, found.clusters);
    let one = found.comparisons.into_iter().next();
    let one = one.ok_or_else(|| {
        EvalError::Other(
            "The metric needs scores, or flags (--threshold or --predicted), and they are not there."
                .to_owned(),
        )
    })?;
    Ok((one, n, clusters))
}

/// Whether an update is shown to be within a margin, shown to be worse, or neither.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Within,
    Worse,
    Neither,
}

fn shown(better: Better, (comparison, margin): (&Comparison, f64)) -> Shown {
    let Some((low, high)) = comparison.difference.estimate.interval() else {
        return Shown::Neither;
    };
    // How much better the update is.
    let (low, high) = match better {
        Better::Lower => (-high, -low),
        _ => (low, high),
    };
    match (low > -margin, high < 0.0) {
        (true, _) => Shown::Within,
        (false, true) => Shown::Worse,
        (false, false) => Shown::Neither,
    }
}

fn verdict(better: Better, previous: (&Comparison, f64), cleared: (&Comparison, f64)) -> Verdict {
    match (shown(better, previous), shown(better, cleared)) {
        (Shown::Within, Shown::Within) => Verdict::Accepted,
        (_, Shown::Worse) => Verdict::WorseThanCleared,
        (Shown::Worse, _) => Verdict::WorseThanPrevious,
        _ => Verdict::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use galen_table::ReadOptions;

    use super::*;

    /// Cases in steps of the normal distribution's shape; a model of a higher shift tells the diseased better.
    fn model(shift: f64) -> Table {
        let mut csv = "case,truth,score\n".to_owned();
        let mut state = 1_u64;
        let mut uniform = || {
            // Knuth's constants: the same cases for every model.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for case in 0..3000 {
            // The sum of twelve is nearly normal.
            let noise: f64 = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
            let is_diseased = case % 3 == 0;
            let score = noise + if is_diseased { shift } else { 0.0 };
            csv += &format!("{case},{},{score}\n", u8::from(is_diseased));
        }
        Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table")
    }

    fn judged(models: &[Table], policy: &Policy, settings: &Settings) -> Result<Chain, EvalError> {
        let columns = Columns {
            truth: "truth".to_owned(),
            score: Some("score".to_owned()),
            threshold: Some(0.8),
            ..Columns::default()
        };
        let updates: Vec<&Table> = models[1..].iter().collect();
        chain(&models[0], &updates, &columns, "case", policy, settings)
    }

    fn policy(anchor_margin: f64) -> Policy {
        Policy {
            margin: 0.02,
            anchor_margin,
            planned: None,
        }
    }

    /// Thirty updates, each of an area about 0.005 below the one before: 0.90, 0.895, ...
    fn creeping() -> Vec<Table> {
        let quantiles = [1.8124, 1.7, 1.5, 1.3, 1.1, 0.954];
        let areas = [0.90, 0.885_334, 0.855_578, 0.821_038, 0.781_662, 0.750];
        let shift = |area: f64| {
            let at = areas.iter().rposition(|known| *known >= area).unwrap_or(0);
            let at = at.min(areas.len() - 2);
            let part = (areas[at] - area) / (areas[at] - areas[at + 1]);
            quantiles[at] + part * (quantiles[at + 1] - quantiles[at])
        };
        (0..=30)
            .map(|step| model(shift(0.90 - 0.005 * f64::from(step))))
            .collect()
    }

    #[test]
    fn updates_that_each_are_a_little_worse_are_stopped_by_the_cleared_model_and_pass_without_it() {
        let models = creeping();
        let settings = Settings::default();
        let without = judged(&models, &policy(1.0), &settings).expect("the same cases");
        assert_eq!((without.stopped_at, without.in_use), (None, 30));
        let lost = |chain: &Chain| {
            let last = chain
                .steps
                .iter()
                .rfind(|step| step.verdict == Verdict::Accepted);
            let step = last.expect("some are accepted");
            -step
                .against_cleared
                .difference
                .estimate
                .value
                .expect("an area")
        };
        assert!(lost(&without) > 0.13, "{}", lost(&without));
        let with = judged(&models, &policy(0.03), &settings).expect("the same cases");
        assert!(with.in_use >= 1 && with.in_use < 7, "{}", with.in_use);
        assert!(lost(&with) < 0.03, "{}", lost(&with));
        assert_eq!(with.stopped_at, Some(with.in_use + 1));
        let last = &with.steps[29];
        assert_eq!(last.verdict, Verdict::WorseThanCleared);
        // What was not accepted replaces nothing.
        assert_eq!(last.previous, with.in_use);
        // More looks at the same cases ask for more.
        let planned = Policy {
            planned: Some(30),
            ..policy(0.03)
        };
        let wider = judged(&models, &planned, &settings).expect("the same cases");
        assert!(wider.in_use <= with.in_use && wider.anchor_level > 0.998);
    }

    #[test]
    fn a_sudden_loss_is_worse_than_previous_where_the_anchor_allows_it() {
        let models = [model(1.8), model(1.4)];
        let found = judged(&models, &policy(0.2), &Settings::default()).expect("the same cases");
        assert_eq!(found.steps[0].verdict, Verdict::WorseThanPrevious);
        let better = [model(1.4), model(1.8)];
        let found = judged(&better, &policy(0.02), &Settings::default()).expect("the same cases");
        assert_eq!(found.steps[0].verdict, Verdict::Accepted);
        assert_eq!(found.steps[0].against_previous.verdict, "superior");
    }

    #[test]
    fn a_chain_on_other_cases_or_without_a_direction_is_refused() {
        let short = Table::read_csv(
            "case,truth,score\n0,1,0.3\n1,0,0.2\n".as_bytes(),
            &ReadOptions::default(),
        );
        let models = [model(1.0), short.expect("a table")];
        let found = judged(&models, &policy(0.02), &Settings::default());
        assert!(matches!(found, Err(EvalError::NotPaired(_))), "{found:?}");
        let settings = Settings {
            metrics: vec!["alert_rate".to_owned()],
            ..Settings::default()
        };
        let found = judged(&[model(1.0), model(1.0)], &policy(0.02), &settings);
        assert!(found.is_err_and(|error| error.to_string().contains("Neither more nor less")));
    }
}
