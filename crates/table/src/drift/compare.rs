use galen_stats::drift::{self, DriftTest, Kind as Values};
use galen_stats::{Level, effect};
use rayon::prelude::*;

use super::side::summaries;
use super::{ColumnDrift, ColumnEffect, Compared, DriftError, DriftOptions, Side, test_by_id};
use crate::accumulator::{AnyAccumulator, AnyState, NumbersOf, WordsOf, finished};
use crate::scan::{Pace, Scan, gather};
use crate::{ColumnError, Kind, Table};

/// Values of both tables that are held at once: columns are compared in batches of so many.
const HELD_MAX: u64 = 24_000_000;

/// How one column is compared.
pub struct Plan {
    pub name: String,
    pub kind: Compared,
    pub test: Option<&'static dyn DriftTest>,
    pub threshold: Option<f64>,
}

/// How each column is compared: as numbers or dates if both tables hold such, or one of them nothing.
pub fn plan(
    reference: &dyn Scan,
    current: &dyn Scan,
    names: &[String],
    options: &DriftOptions,
) -> Result<Vec<Plan>, DriftError> {
    let kind = |scan: &dyn Scan, name: &str| -> Result<Option<Kind>, ColumnError> {
        let place = scan.heads().place(name)?;
        Ok(scan
            .has_values(place)
            .then_some(scan.heads().list()[place].kind))
    };
    let one = |name: &String| {
        let (a, b) = (kind(reference, name)?, kind(current, name)?);
        let test = options
            .tests
            .get(name)
            .map(|id| test_by_id(id))
            .transpose()?;
        let all = |is: fn(Kind) -> bool| a.is_none_or(is) && b.is_none_or(is);
        let kind = if all(Kind::is_numeric) {
            Compared::Number
        } else if all(Kind::is_time) {
            Compared::Date
        } else {
            Compared::Category
        };
        Ok(Plan {
            name: name.clone(),
            kind,
            test,
            threshold: options.thresholds.get(name).copied(),
        })
    };
    names.iter().map(one).collect()
}

/// What is gathered of a column.
pub fn accumulator(plan: &Plan) -> Box<dyn AnyAccumulator> {
    let column = plan.name.clone();
    match plan.kind {
        Compared::Category => Box::new(WordsOf { column }),
        Compared::Number | Compared::Date => Box::new(NumbersOf { column }),
    }
}

/// What was gathered of a column.
pub fn side(plan: &Plan, state: AnyState) -> Side {
    match plan.kind {
        Compared::Category => Side::of_words(&finished::<WordsOf>(state)),
        kind => Side::of_numbers(kind, finished::<NumbersOf>(state)),
    }
}

/// Compares each column by itself; what it means for the table is not decided yet.
pub fn columns(
    reference: &dyn Scan,
    current: &dyn Scan,
    plan: &[Plan],
    options: &DriftOptions,
    pace: Pace,
) -> Result<Vec<ColumnDrift>, DriftError> {
    let rows = (reference.rows() + current.rows()).max(1);
    let at_once = (HELD_MAX / rows).clamp(1, 64) as usize;
    let mut compared = Vec::with_capacity(plan.len());
    for plan in plan.chunks(at_once) {
        let gathered = |scan: &dyn Scan, is_reference| {
            let accumulators: Vec<_> = plan.iter().map(accumulator).collect();
            let accumulators: Vec<&dyn AnyAccumulator> =
                accumulators.iter().map(AsRef::as_ref).collect();
            let wrong = |error| DriftError::Scan(is_reference, error);
            gather(scan, &accumulators, pace).map_err(wrong)
        };
        let (old, new) = (gathered(reference, true)?, gathered(current, false)?);
        let both: Vec<_> = plan.iter().zip(old).zip(new).collect();
        let one = |((plan, old), new): ((&Plan, AnyState), AnyState)| {
            compare(plan, &side(plan, old), &side(plan, new), options)
        };
        compared.extend(
            pace.on_threads(|| -> Vec<ColumnDrift> { both.into_par_iter().map(one).collect() }),
        );
    }
    Ok(compared)
}

/// Compares one column.
pub fn compare(plan: &Plan, old: &Side, new: &Side, options: &DriftOptions) -> ColumnDrift {
    let test = match plan.test {
        Some(test) => test,
        None => drift::default_test_of(&old.sample(), &new.sample())
            .expect("both samples are of one kind"),
    };
    let about = test.about();
    let categories;
    let (old, new) = if about.kind == Values::Category && old.kind != Compared::Category {
        categories = (old.as_categories(), new.as_categories());
        (&categories.0, &categories.1)
    } else {
        (old, new)
    };
    let own = if about.gives_p {
        options.alpha
    } else {
        about.default_threshold
    };
    let threshold = plan.threshold.unwrap_or(own);
    let (statistic, p_value, drifted, why) =
        match test.test(&old.sample(), &new.sample(), options.seed) {
            Ok(result) => (
                result.statistic,
                result.p_value,
                about.drifted(&result, threshold),
                None,
            ),
            Err(undefined) => (None, None, None, Some(undefined.to_string())),
        };
    let (reference, current) = summaries(old, new);
    ColumnDrift {
        name: plan.name.clone(),
        kind: old.kind,
        test: about.id,
        statistic,
        p_value,
        p_adjusted: None,
        threshold,
        drifted,
        effect: effect_of(old, new, options),
        reference,
        current,
        why,
    }
}

/// How far a column moved: Hedges' g of numbers, the total variation distance of categories.
fn effect_of(old: &Side, new: &Side, options: &DriftOptions) -> Option<ColumnEffect> {
    let id = match old.kind {
        Compared::Category => "total_variation",
        Compared::Number | Compared::Date => "hedges_g",
    };
    let effect = effect::by_id(id).expect("these effects are listed");
    // The interval of 0.90 inside the margin is a test of equivalence at 0.05.
    let level = Level::new(0.90).expect("it is a level");
    let estimate = effect
        .estimate(&old.sample(), &new.sample(), level, options.seed)
        .unwrap_or_else(|undefined| {
            let n = old.sample().n() + new.sample().n();
            galen_stats::Estimate::undefined(undefined, n, level, id)
        });
    let against = |margin| effect.about().against_margin(&estimate, margin);
    Some(ColumnEffect {
        id: effect.about().id,
        margin: options.margin,
        against_margin: options.margin.and_then(against),
        estimate,
    })
}

/// Adjusts p-values for the number of columns, and lets a declared margin decide.
pub fn decide(columns: &mut [ColumnDrift], options: &DriftOptions) {
    if options.multiplicity != galen_stats::Multiplicity::None {
        let p: Vec<f64> = columns.iter().filter_map(|column| column.p_value).collect();
        let mut adjusted = options.multiplicity.adjust(&p).into_iter();
        for column in columns.iter_mut().filter(|column| column.p_value.is_some()) {
            column.p_adjusted = adjusted.next();
            let decided = column.p_adjusted.map(|p| p < column.threshold);
            column.drifted = column.drifted.and(decided);
        }
    }
    if options.margin.is_some() {
        for column in columns {
            use galen_stats::AgainstMargin::{Inside, Outside, Straddles};
            let against = column
                .effect
                .as_ref()
                .and_then(|effect| effect.against_margin);
            column.drifted = match against {
                Some(Outside) => Some(true),
                Some(Inside) => Some(false),
                Some(Straddles) => None,
                None => None,
            };
        }
    }
}

/// Compares one column of two tables in memory; `test` is the default of its values if not given, `alpha` bounds the p-value
/// of a test that gives one, and a distance has its own threshold.
///
/// # Errors
/// [`ColumnError`].
pub fn column_drift(
    reference: &Table,
    current: &Table,
    name: &str,
    test: Option<&'static dyn DriftTest>,
    alpha: f64,
) -> Result<ColumnDrift, ColumnError> {
    let options = DriftOptions {
        alpha,
        ..DriftOptions::default()
    };
    let failed = |error| match error {
        DriftError::Column(error) => error,
        // A table in memory is read without fail.
        other => unreachable!("{other}"),
    };
    let names = [name.to_owned()];
    let mut plan = plan(reference, current, &names, &options).map_err(failed)?;
    plan.iter_mut().for_each(|plan| plan.test = test);
    let columns = columns(reference, current, &plan, &options, Pace::ALONE).map_err(failed)?;
    Ok(columns
        .into_iter()
        .next()
        .expect("one column was asked for"))
}
