//! `galen eval goals`: what a test must reach for what its result is to change.

use galen_stats::Undefined;
use galen_stats::goals::{Goals, Judged, Reached, Risks, Treatment, judge};
use serde_json::json;

use super::level_of;
use crate::args::EvalGoals;
use crate::report::{Failure, Report};
use crate::words::{estimate, number};

pub fn goals(args: &EvalGoals) -> Result<Report, Failure> {
    let level = level_of(args.level)?;
    if args.rule_out_below.is_none() && args.rule_in_above.is_none() {
        return Err(Failure::usage(
            "risks",
            "nothing says what a result is to change",
            "give --rule-out-below R, --rule-in-above R, or both",
        ));
    }
    let risks = Risks {
        prevalence: args.prevalence,
        rule_out_below: args.rule_out_below,
        rule_in_above: args.rule_in_above,
    };
    let goals = risks.goals().map_err(impossible)?;
    let judged = match (args.tp, args.fne, args.fp, args.tn) {
        (None, None, None, None) => None,
        (Some(tp), Some(fne), Some(fp), Some(tn)) => {
            Some(judge(&risks, [tp, fne, fp, tn], level).map_err(impossible)?)
        }
        _ => {
            return Err(Failure::usage(
                "counts",
                "a table of flags and truths has four counts",
                "give --tp, --fn, --fp and --tn",
            ));
        }
    };
    let thresholds = match (args.benefit, args.harm) {
        (None, None) => None,
        (Some(benefit), Some(harm)) => {
            let treatment = Treatment {
                benefit,
                harm,
                test_harm: args.test_harm,
            };
            let shares = judged.as_ref().map(|judged| {
                let share = |estimate: &galen_stats::Estimate| estimate.value;
                (share(&judged.sensitivity), share(&judged.specificity))
            });
            // Without a table the test is the one that reaches both goals exactly.
            let (sensitivity, specificity) = match shares {
                Some((Some(sensitivity), Some(specificity))) => (sensitivity, specificity),
                _ => goals.sensitivity.zip(goals.specificity).ok_or_else(|| {
                    Failure::usage(
                        "test",
                        "whether testing is worth it depends on the test",
                        "give --tp, --fn, --fp and --tn, or both risks",
                    )
                })?,
            };
            Some(
                treatment
                    .thresholds(sensitivity, specificity)
                    .map_err(impossible)?,
            )
        }
        _ => {
            return Err(Failure::usage(
                "treatment",
                "a treatment has a benefit for the diseased and a harm for the healthy",
                "give --benefit B and --harm H",
            ));
        }
    };
    let mut lines = in_words(&goals);
    if let Some(judged) = &judged {
        lines.extend(table_in_words(judged));
    }
    if let Some(thresholds) = &thresholds {
        lines.push(format!(
            "Treating is better above a risk of {}.",
            number(thresholds.treat)
        ));
        lines.push(match thresholds.test {
            Some([low, high]) => format!(
                "Testing is best from a risk of {} to one of {}.",
                number(low),
                number(high)
            ),
            None => "Testing is best at no risk.".to_owned(),
        });
    }
    let document = json!({
        "prevalence": args.prevalence, "rule_out_below": args.rule_out_below, "rule_in_above": args.rule_in_above,
        "level": args.level, "goals": goals, "judged": judged, "thresholds": thresholds,
    });
    Ok(Report::new("eval goals", document, lines.join("\n")))
}

fn impossible(why: Undefined) -> Failure {
    Failure::usage(
        "goals",
        why.to_string(),
        "risks are shares between 0 and 1, with the prevalence between them",
    )
}

fn in_words(goals: &Goals) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(least) = goals.lr_positive_least {
        lines.push(format!(
            "To rule in, the positive likelihood ratio must be at least {0}: sensitivity >= {0} x (1 - specificity).",
            number(least)
        ));
    }
    if let Some(most) = goals.lr_negative_most {
        lines.push(format!(
            "To rule out, the negative likelihood ratio must be at most {0}: sensitivity >= 1 - {0} x specificity.",
            number(most)
        ));
    }
    if let (Some(sensitivity), Some(specificity)) = (goals.sensitivity, goals.specificity) {
        lines.push(format!(
            "A sensitivity of {} with a specificity of {} reaches both exactly.",
            number(sensitivity),
            number(specificity)
        ));
    }
    lines
}

fn table_in_words(judged: &Judged) -> Vec<String> {
    let said = |reached: Reached| match reached {
        Reached::Met => "met",
        Reached::NotMet => "not met",
        Reached::Inconclusive => "inconclusive",
    };
    let mut lines = vec![format!(
        "The table: sensitivity {}, specificity {}.",
        estimate(&judged.sensitivity),
        estimate(&judged.specificity)
    )];
    if let Some(reached) = judged.rules_in {
        lines.push(format!(
            "Ruling in is {}: likelihood ratio {}, risk of a flagged case {}.",
            said(reached),
            estimate(&judged.lr_positive),
            estimate(&judged.risk_if_flagged)
        ));
    }
    if let Some(reached) = judged.rules_out {
        lines.push(format!(
            "Ruling out is {}: likelihood ratio {}, risk of a case that is not flagged {}.",
            said(reached),
            estimate(&judged.lr_negative),
            estimate(&judged.risk_if_not_flagged)
        ));
    }
    lines
}
