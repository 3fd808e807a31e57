use super::reading::{Group, Measure, Reading};
use super::{Check, Printed, Remark, Severity};

/// With sensitivity and specificity, each of accuracy, PPV, NPV, F1 and prevalence tells the odds of disease among the cases: all must
/// tell the same, or they are not of one 2x2 table.
///
/// With odds o: accuracy = (o · sens + spec) / (1 + o); PPV / (1 - PPV) = o · sens / (1 - spec);
/// (1 - NPV) / NPV = o · (1 - sens) / spec; F1 gives PPV = F1 · sens / (2 sens - F1). Rounding is followed to both ends. Takes for granted
/// two classes, one threshold and the same cases: nothing is asked where the paper tells of more classes, or the row or sentence of means or
/// of an assumed prevalence. Means that are not told move the odds by some parts, so that they must differ by a factor of two, of pixels three.
///
/// # Source
/// Altman and Bland 1994, BMJ 309:102 (predictive values and prevalence).
pub struct Prevalence;

impl Check for Prevalence {
    fn name(&self) -> &'static str {
        "one_two_by_two_table"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let groups = reading.groups.iter().filter(|_| !reading.is_multiclass);
        groups.filter_map(|group| self.of(group, reading)).collect()
    }
}

/// Odds of disease from least to most.
type Odds = (f64, f64);

const ASSUMED: [&str; 5] = ["assum", "adjusted", "standardi", "bayes", "simulated"];

impl Prevalence {
    fn of(&self, group: &Group, reading: &Reading) -> Option<Remark> {
        let around = group.around.to_lowercase();
        if group.is_averaged || ASSUMED.iter().any(|word| around.contains(word)) {
            return None;
        }
        let value = |measure| Some(group.get(&reading.metrics, measure)?.value);
        let sensitivity = value(Measure::Sensitivity)?;
        let specificity = value(Measure::Specificity)?;
        let told = [
            Measure::Accuracy,
            Measure::Ppv,
            Measure::Npv,
            Measure::F1,
            Measure::Prevalence,
        ];
        let odds: Vec<(Measure, Printed, Odds)> = told
            .into_iter()
            .filter_map(|measure| {
                let printed = value(measure)?;
                let odds = odds(measure, printed, sensitivity, specificity)?;
                Some((measure, printed, odds))
            })
            .collect();
        let least = odds.iter().min_by(|a, b| a.2.1.total_cmp(&b.2.1))?;
        let most = odds.iter().max_by(|a, b| a.2.0.total_cmp(&b.2.0))?;
        let factor = if group.is_of_pixels(&reading.metrics) {
            3.0
        } else {
            2.0
        };
        if most.2.0 <= factor * least.2.1 {
            return None;
        }
        let has_f1 = least.0 == Measure::F1 || most.0 == Measure::F1;
        let share = |(low, high): Odds| {
            let percent = |odds: f64| 100.0 * odds / (1.0 + odds);
            match high.is_finite() {
                true => format!("{:.1}% to {:.1}%", percent(low), percent(high)),
                false => format!("{:.1}% or more", percent(low)),
            }
        };
        Some(Remark {
            check: self.name(),
            severity: if has_f1 {
                Severity::WorthAsking
            } else {
                Severity::Inconsistent
            },
            message: format!(
                "Sensitivity {sensitivity} and specificity {specificity} are of no one 2x2 table with the rest: {} {} needs a prevalence of {}, {} {} one of {}. Are they of several thresholds, or means?",
                least.0.name(),
                least.1,
                share(least.2),
                most.0.name(),
                most.1,
                share(most.2)
            ),
            passages: group.passages(
                &reading.metrics,
                &[Measure::Sensitivity, Measure::Specificity, least.0, most.0],
            ),
        })
    }
}

/// The odds that a value tells; none where it says little.
fn odds(
    measure: Measure,
    printed: Printed,
    sensitivity: Printed,
    specificity: Printed,
) -> Option<Odds> {
    let ends = |printed: Printed| {
        [
            printed.low().clamp(0.0, 1.0),
            printed.high().clamp(0.0, 1.0),
        ]
    };
    let mut least = f64::INFINITY;
    let mut most: f64 = 0.0;
    for sens in ends(sensitivity) {
        for spec in ends(specificity) {
            for value in ends(printed) {
                let odds = odds_of(measure, value, sens, spec)?;
                least = least.min(odds);
                most = most.max(odds);
            }
        }
    }
    (least <= most).then_some((least, most))
}

fn odds_of(measure: Measure, value: f64, sens: f64, spec: f64) -> Option<f64> {
    let ratio = |up: f64, down: f64| if down > 0.0 { up / down } else { f64::INFINITY };
    let of_ppv = |ppv: f64| ratio(ppv * (1.0 - spec), (1.0 - ppv) * sens);
    let odds = match measure {
        Measure::Accuracy => {
            // Where both are alike, accuracy is no witness; outside of both it is for another check.
            let between = (value - sens) * (value - spec) < 0.0;
            if (sens - spec).abs() < 0.05 || !between {
                return None;
            }
            (spec - value) / (value - sens)
        }
        Measure::Ppv => of_ppv(value),
        Measure::Npv => ratio((1.0 - value) * spec, value * (1.0 - sens)),
        Measure::F1 => {
            if 2.0 * sens - value <= 0.0 || sens == 0.0 {
                return None;
            }
            of_ppv((value * sens / (2.0 * sens - value)).min(1.0))
        }
        Measure::Prevalence => ratio(value, 1.0 - value),
        _ => return None,
    };
    (!odds.is_nan()).then_some(odds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::{remarks, table_remarks};

    #[test]
    fn values_of_one_table_raise_nothing() {
        // 40 of 50 and 90 of 100.
        for text in [
            "Sensitivity was 80.0%, specificity was 90.0%, accuracy was 86.7%, PPV was 80.0% and NPV was 90.0%.",
            "Mean sensitivity was 80.0%, specificity was 90.0%, PPV was 20.0% and NPV was 90.0%.",
            "Assuming a prevalence of 2%, sensitivity was 80.0%, specificity was 90.0%, PPV was 14% and NPV was 90.0%.",
            "Sensitivity was 100%, specificity was 100%, PPV was 100% and NPV was 100%.",
        ] {
            assert!(remarks(&Prevalence, &[text]).is_empty(), "{text}");
        }
    }

    #[test]
    fn values_of_several_tables_are_named() {
        let text = "Sensitivity was 80.0%, specificity was 90.0%, PPV was 80.0% and NPV was 99.0%.";
        let found = remarks(&Prevalence, &[text]);
        assert_eq!(
            (found.len(), found[0].severity),
            (1, Severity::Inconsistent)
        );
        let table = [
            "Method\tSE\tSP\tACC\tF1",
            "Ours\t0.789\t0.964\t0.961\t0.755",
            "Theirs\t0.789\t0.964\t0.945\t0.755",
        ];
        let found = table_remarks(&Prevalence, &table);
        assert_eq!((found.len(), found[0].severity), (1, Severity::WorthAsking));
    }
}
