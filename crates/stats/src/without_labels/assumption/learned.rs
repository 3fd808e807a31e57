use super::correlation::{NEXT_TO_NONE, correlation};
use super::{Assumption, Measure};
use crate::estimate::Level;
use crate::without_labels::dle::Learned;

/// Whether what was learned tells cases with a large error from others, on cases that it did not see. If it does not, the
/// estimate stays near the reference's mean whatever cases come.
pub(super) fn error_is_learned(learned: &[Learned], level: Level) -> Assumption {
    let measures: Vec<Measure> = (learned.iter())
        .map(|learned| {
            let estimate = correlation(&learned.wrong, &learned.expected, learned.patients, level);
            Measure::new(learned.row.correlation_id(), estimate)
        })
        .collect();
    let tells = |measure: &Measure| match measure.estimate.interval() {
        Some((low, _)) if low > NEXT_TO_NONE => Some(true),
        Some((_, high)) if high < NEXT_TO_NONE => Some(false),
        Some(_) => None,
        // What never varies has told nothing apart.
        None => Some(false),
    };
    let each: Vec<Option<bool>> = measures.iter().map(tells).collect();
    let holds = if each.contains(&Some(false)) || each.is_empty() {
        Some(false)
    } else if each.contains(&None) {
        None
    } else {
        Some(true)
    };
    let found = match holds {
        Some(true) => "They do.",
        Some(false) => {
            "They hardly do: the estimate will stay near that of the reference, whatever cases come."
        }
        None => "They may; there are too few cases to tell.",
    };
    Assumption {
        id: "error_is_learned",
        holds,
        why: format!(
            "The features tell cases with a large error from others, on cases that were not learned from. {found}"
        ),
        measures,
    }
}
