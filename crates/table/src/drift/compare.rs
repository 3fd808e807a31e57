use galen_stats::drift::{self, DriftTest, Kind as Values};
use galen_stats::{Level, effect};
use rayon::prelude::*;

use super::side::{pooled, summaries};
use super::{
    Against, ColumnDrift, ColumnEffect, Compared, DriftError, DriftOptions, LeftOut, Side, against,
    test_by_id,
};
use crate::accumulator::{AnyAccumulator, AnyState, NumbersOf, WordsOf, finished};
use crate::scan::{Pace, gather};
use crate::{ColumnError, Kind, Table};

/// Values of both tables that are held at once: columns are compared in batches of so many.
const HELD_MAX: u64 = 24_000_000;

/// The share of values that are one category from which on a column is not called stable.
const POOLED_MAX: f64 = 0.05;

/// How one column is compared.
pub struct Plan {
    pub name: String,
    pub kind: Compared,
    /// Whether the column was asked for by its name.
    pub is_named: bool,
    pub test: Option<&'static dyn DriftTest>,
    pub threshold: Option<f64>,
}

/// How each column is compared: as numbers or dates if both tables hold such, or one of them nothing.
pub fn plan(
    reference: Against,
    current: Against,
    names: &[String],
    options: &DriftOptions,
) -> Result<Vec<Plan>, DriftError> {
    let one = |name: &String| {
        let (a, b) = (reference.kind(name)?, current.kind(name)?);
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
            is_named: test.is_some() || options.columns.contains(name),
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
    reference: Against,
    current: Against,
    plan: &[Plan],
    options: &DriftOptions,
    pace: Pace,
) -> Result<Vec<Result<ColumnDrift, LeftOut>>, DriftError> {
    let rows = (reference.rows() + current.rows()).max(1);
    let at_once = (HELD_MAX / rows).clamp(1, 64) as usize;
    let mut compared = Vec::with_capacity(plan.len());
    for plan in plan.chunks(at_once) {
        let (old, new) = (
            told(reference, plan, true, pace)?,
            told(current, plan, false, pace)?,
        );
        let both: Vec<_> = plan.iter().zip(old).zip(new).collect();
        let one = |((plan, old), new): ((&Plan, Told), Told)| {
            let (old, new) = (old.side(plan), new.side(plan));
            if !plan.is_named && (old.hardly_repeats() || new.hardly_repeats()) {
                return Err(LeftOut {
                    name: plan.name.clone(),
                    why: "holds texts that hardly repeat",
                });
            }
            Ok(compare(plan, &old, &new, options))
        };
        compared.extend(pace.on_threads(|| -> Vec<_> { both.into_par_iter().map(one).collect() }));
    }
    Ok(compared)
}

/// What is known of a column before it is made a [`Side`], which takes time.
pub enum Told<'a> {
    Rows(AnyState),
    Profile(crate::profile::Reference<'a>),
}

impl Told<'_> {
    pub fn side(self, plan: &Plan) -> Side {
        match self {
            Told::Rows(state) => side(plan, state),
            Told::Profile(column) => Side::of_profile(plan.kind, column),
        }
    }
}

/// What is known of the columns in one of the tables.
pub fn told<'a>(
    table: Against<'a>,
    plan: &[Plan],
    is_reference: bool,
    pace: Pace,
) -> Result<Vec<Told<'a>>, DriftError> {
    match table {
        Against::Rows(scan) => {
            let accumulators: Vec<_> = plan.iter().map(accumulator).collect();
            let accumulators: Vec<&dyn AnyAccumulator> =
                accumulators.iter().map(AsRef::as_ref).collect();
            let failed = |error| DriftError::Scan(is_reference, error);
            let states = gather(scan, &accumulators, pace).map_err(failed)?;
            Ok(states.into_iter().map(Told::Rows).collect())
        }
        Against::Profile(profile) => {
            let column = |plan: &Plan| against::column(profile, &plan.name).map(Told::Profile);
            Ok(plan.iter().map(column).collect::<Result<_, _>>()?)
        }
    }
}

/// Compares one column.
pub fn compare(plan: &Plan, old: &Side, new: &Side, options: &DriftOptions) -> ColumnDrift {
    let one_category = pooled(old, new);
    let (old, new) = one_category.as_ref().map_or((old, new), |(a, b)| (a, b));
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
    let own = options.alpha.filter(|_| about.gives_p);
    let own = own.unwrap_or(about.default_threshold);
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
    // Putting categories together hides what happens among them, and never makes two columns differ more.
    let hidden = [old, new].into_iter().filter_map(|side| side.pooled);
    let hidden = hidden.fold(0.0, f64::max);
    let numbers_untold = old.kind != Compared::Category && old.untold + new.untold > 0;
    let (drifted, why) = if numbers_untold || hidden >= 1.0 {
        let why = "A stored profile does not tell the values of this column.";
        (None, Some(why.to_owned()))
    } else if drifted == Some(false) && hidden > POOLED_MAX {
        let share = (hidden * 100.0).round();
        let why = format!("A stored profile does not tell {share} % of the values apart.");
        (None, Some(why))
    } else {
        (drifted, why)
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
                Some(Straddles) | None => None,
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
        alpha: Some(alpha),
        columns: vec![name.to_owned()],
        ..DriftOptions::default()
    };
    let (old, new) = (Against::Rows(reference), Against::Rows(current));
    let failed = |error| match error {
        DriftError::Column(error) => error,
        // A table in memory is read without fail.
        other => unreachable!("{other}"),
    };
    let names = [name.to_owned()];
    let mut plan = plan(old, new, &names, &options).map_err(failed)?;
    plan.iter_mut().for_each(|plan| plan.test = test);
    let columns = columns(old, new, &plan, &options, Pace::ALONE).map_err(failed)?;
    Ok(columns
        .into_iter()
        .flatten()
        .next()
        .expect("a column that is named is compared"))
}
