//! A criterion and what became of it, in one sentence that a clinician understands.

use galen_control::judge::{CriterionResult, Outcome};
use galen_spec::Rule;

/// What the criterion asked, what was found, how sure that is, and what follows.
pub fn sentence(result: &CriterionResult) -> String {
    let estimate = &result.estimate;
    if result.result == Outcome::NotApplicable {
        return format!("{}: there was no release to compare with.", result.title);
    }
    let Some(value) = estimate.value else {
        let why = estimate
            .why
            .as_deref()
            .unwrap_or("no value")
            .trim_end_matches('.');
        let follows = follows(Outcome::Inconclusive, result.required);
        return format!(
            "{}: nothing could be measured ({why}); {follows}.",
            result.title
        );
    };
    let found = found(result, value);
    let sure = match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!(
            "with {} % confidence it lies between {} and {}",
            trimmed((estimate.level * 1000.0).round() / 10.0),
            shown(low),
            shown(high),
        ),
        _ => "how sure that is could not be said".to_owned(),
    };
    let asked = match result.rule {
        Rule::LowerAtLeast(bound) => format!(", and was to be at least {}", shown(bound)),
        Rule::UpperAtMost(bound) => format!(", and was to be at most {}", shown(bound)),
        Rule::Inside(from, to) => {
            format!(", and was to lie between {} and {}", shown(from), shown(to))
        }
        Rule::Report => String::new(),
    };
    let not_asked = match &result.not_asked {
        Some(why) => format!(" It was not asked, since {why}."),
        None => String::new(),
    };
    let follows = follows(result.result, result.required);
    let follows = if follows.is_empty() {
        String::new()
    } else {
        format!(": {follows}")
    };
    format!(
        "{}: {found}; {sure}{asked}{follows}.{not_asked}",
        result.title
    )
}

fn follows(outcome: Outcome, is_required: bool) -> &'static str {
    match (outcome, is_required) {
        (Outcome::Pass, _) => "this is met",
        (Outcome::Fail, true) => "this is not met, and the change is blocked",
        (Outcome::Fail, false) => "this is not met, and becomes a limitation in the labelling",
        (Outcome::Inconclusive, true) => "these cases cannot decide it, and the change is blocked",
        (Outcome::Inconclusive, false) => {
            "these cases cannot decide it, and that becomes a limitation in the labelling"
        }
        (Outcome::Reported | Outcome::NotApplicable, _) => "",
    }
}

/// The value, for who does not know the name of the metric.
fn found(result: &CriterionResult, value: f64) -> String {
    let of_100 = shown(100.0 * value);
    let n = result.estimate.n;
    let plain = match result.metric.as_str() {
        // A difference or a drop is no share of people.
        _ if result.is_difference => None,
        "sensitivity" => Some(format!("of 100 diseased people {of_100} are flagged")),
        "specificity" => Some(format!("of 100 healthy people {of_100} are left alone")),
        "ppv" => Some(format!(
            "of 100 people who are flagged {of_100} are diseased"
        )),
        "npv" => Some(format!(
            "of 100 people who are not flagged {of_100} are healthy"
        )),
        "accuracy" => Some(format!("of 100 answers {of_100} are right")),
        "alert_rate" => Some(format!("of 100 people {of_100} are flagged")),
        "auroc" => Some(format!(
            "of 100 pairs of a diseased and a healthy person the diseased one has the higher score in {of_100}"
        )),
        "o_e_ratio" => Some(format!("for 100 expected events {of_100} were seen")),
        _ => None,
    };
    match plain {
        Some(plain) => format!("{plain}, which is {} in {n} cases", shown(value)),
        None => format!("{} in {n} cases", shown(value)),
    }
}

/// Three digits that count, without empty ones.
fn shown(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (2 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
    trimmed_text(&format!("{value:.digits$}"))
}

fn trimmed(value: f64) -> String {
    trimmed_text(&format!("{value:.1}"))
}

fn trimmed_text(text: &str) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use galen_control::judge::Declared;
    use galen_stats::{Estimate, Level};

    use super::*;

    fn result(metric: &str, value: f64, bounds: (f64, f64), outcome: Outcome) -> CriterionResult {
        CriterionResult {
            id: "c".to_owned(),
            required: true,
            endpoint: "e".to_owned(),
            title: "Women".to_owned(),
            metric: metric.to_owned(),
            by: None,
            is_difference: false,
            rule: Rule::LowerAtLeast(0.85),
            estimate: Estimate::new(value, bounds, 412, Level::DEFAULT, "wilson"),
            result: outcome,
            declared: Declared::Frozen,
            family: None,
            not_asked: None,
        }
    }

    #[test]
    fn a_criterion_is_told_in_people() {
        let met = result("sensitivity", 0.931, (0.9, 0.953), Outcome::Pass);
        assert_eq!(
            sentence(&met),
            "Women: of 100 diseased people 93.1 are flagged, which is 0.931 in 412 cases; with 95 % confidence it lies between 0.9 and 0.953, and was to be at least 0.85: this is met."
        );
        let open = result("mcc", 0.5, (-0.1, 0.9), Outcome::Inconclusive);
        assert!(sentence(&open).contains("cannot decide it, and the change is blocked"));
        let nothing = CriterionResult {
            estimate: Estimate {
                value: None,
                low: None,
                high: None,
                why: Some("no case is diseased".to_owned()),
                ..met.estimate.clone()
            },
            result: Outcome::Inconclusive,
            ..met
        };
        assert!(sentence(&nothing).contains("nothing could be measured (no case is diseased)"));
    }
}
