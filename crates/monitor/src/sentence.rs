//! What a check says, in one sentence for a clinician.

use galen_spec::monitor::{Crossing, Limit};

use crate::check::Measured;

/// What was measured, its limit and what became of it; then, where there is no data, why: `why`, or else the estimate's
/// own reason.
pub(crate) fn of(
    measured: &Measured,
    limit: &Limit,
    crossing: Crossing,
    why: Option<String>,
) -> String {
    let result = match crossing {
        Crossing::Ok => "not crossed",
        Crossing::Crossed => "crossed",
        Crossing::Inconclusive => "inconclusive",
        Crossing::NoData => "no data",
    };
    let mut sentence = format!(
        "{}; the limit is {}: {result}.",
        number(measured, limit),
        self::limit(limit)
    );
    if crossing == Crossing::NoData
        && let Some(why) = why.or_else(|| measured.estimate.why.clone())
    {
        sentence = format!("{sentence} {why}");
    }
    sentence
}

/// A limit in words.
pub(crate) fn limit(limit: &Limit) -> String {
    let shown = |bound: &f64| shown(*bound, &[*bound]);
    match limit {
        Limit::LowerAbove(bound) => format!("a lower bound above {}", shown(bound)),
        Limit::UpperBelow(bound) => format!("an upper bound below {}", shown(bound)),
        Limit::Outside([from, to]) => {
            format!("an interval outside {} to {}", shown(from), shown(to))
        }
        Limit::PBelow(bound) => format!("a p-value below {}", shown(bound)),
    }
}

fn number(measured: &Measured, limit: &Limit) -> String {
    let Measured {
        subject,
        estimate,
        p_value,
    } = measured;
    let bounds = match limit {
        Limit::LowerAbove(bound) | Limit::UpperBelow(bound) | Limit::PBelow(bound) => vec![*bound],
        Limit::Outside([from, to]) => vec![*from, *to],
    };
    let shown = |x: f64| shown(x, &bounds);
    let said = match (estimate.value, p_value) {
        (None, None) => return format!("{subject} could not be measured"),
        (None, Some(_)) => "has no finite value".to_owned(),
        (Some(value), _) => format!("is {}", shown(value)),
    };
    let mut doubt = Vec::new();
    if let (Some(low), Some(high)) = (estimate.low, estimate.high) {
        // A dash would read as a minus sign.
        let to = if low < 0.0 { " to " } else { "–" };
        let level = estimate.level;
        doubt.push(format!(
            "{}{to}{} at level {level}",
            shown(low),
            shown(high)
        ));
    } else if p_value.is_none() {
        doubt.push("no interval".to_owned());
    }
    doubt.extend(p_value.map(|p| format!("p {}", shown(p))));
    doubt.push(format!("n {}", estimate.n));
    format!("{subject} {said} ({})", doubt.join("; "))
}

/// A number with two decimals, or with more where two would put it on another side of a bound, of 0 or of 1: 0.2996
/// beside a limit of 0.30 is not shown as 0.30.
fn shown(x: f64, bounds: &[f64]) -> String {
    // Adding zero makes one number of the two zeros.
    let x = x + 0.0;
    let keeps_sides = |text: &String| {
        let read: Result<f64, _> = text.parse();
        let same = |&bound: &f64| {
            read.as_ref()
                .is_ok_and(|r| r.total_cmp(&bound) == x.total_cmp(&bound))
        };
        bounds.iter().chain(&[0.0, 1.0]).all(same)
    };
    let decimals = (2..=4).map(|decimals| format!("{x:.decimals$}"));
    let digits = (1..=16).map(|digits| format!("{x:.digits$e}"));
    decimals
        .chain(digits)
        .find(keeps_sides)
        .unwrap_or_else(|| x.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_near_its_limit_is_shown_on_its_own_side() {
        assert_eq!(shown(0.9166, &[0.3]), "0.92");
        assert_eq!(shown(0.2996, &[0.3]), "0.2996");
        assert_eq!(shown(0.3, &[0.3]), "0.30");
        assert_eq!(shown(0.9999, &[0.3]), "0.9999");
        assert_eq!(shown(1.3e-11, &[0.001]), "1.3e-11");
        assert_eq!(shown(1.0200730149728609e-3, &[0.001]), "1.02e-3");
        assert_eq!(shown(-0.0, &[0.5]), "0.00");
        assert_eq!(shown(0.0, &[0.001]), "0.00");
    }

    #[test]
    fn limits_read_as_they_are_declared() {
        assert_eq!(limit(&Limit::LowerAbove(0.3)), "a lower bound above 0.30");
        assert_eq!(limit(&Limit::UpperBelow(0.75)), "an upper bound below 0.75");
        let outside = Limit::Outside([0.7, 1.43]);
        assert_eq!(limit(&outside), "an interval outside 0.70 to 1.43");
        assert_eq!(limit(&Limit::PBelow(0.001)), "a p-value below 0.001");
    }

    proptest! {
        #[test]
        fn what_is_shown_lies_on_the_same_side_of_the_limit(x in -2.0..2.0_f64, gap in -1e-3..1e-3_f64) {
            let bound = x + gap;
            let read: f64 = shown(x, &[bound]).parse().expect("a number is shown");
            prop_assert_eq!(read.total_cmp(&bound), x.total_cmp(&bound));
        }
    }
}
