use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use crate::pattern::pattern;

/// What a value measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Auroc,
    Auprc,
    Sensitivity,
    Specificity,
    Ppv,
    Npv,
    BalancedAccuracy,
    Accuracy,
    F1,
    Dice,
    Jaccard,
    Kappa,
    Prevalence,
    /// Something with a confidence interval, such as an odds ratio.
    Other,
}

/// Names in sentences, the first that fits: those that hold others come first.
const NAMES: &[(Measure, &str)] = &[
    (
        Measure::Auprc,
        r"areas? under (?:the )?(?:precision(?:[-–/ ]| and )recall|PR|PPV vs\.? SE)(?: curves?)?|AU[- ]?PRC?|PR[- ]?AUC|AUC[- ]?PRC?",
    ),
    (
        Measure::Auroc,
        r"areas? under (?:the )?(?:receiver[- ]operat\w+(?:[- ]characteristics?)?(?:[- ]curves?)?|ROC(?: curves?)?)|areas? under the curves?|AU[- ]?ROCs?|ROC[- ]?AUCs?|AUC[- ]?ROCs?|AUCs?|c-statistics?|c-index",
    ),
    (
        Measure::Sensitivity,
        r"sensitivit(?:y|ies)|recalls?|true[- ]positive (?:rate|fraction)s?|TPR",
    ),
    (
        Measure::Specificity,
        r"specificit(?:y|ies)|true[- ]negative (?:rate|fraction)s?|TNR",
    ),
    (
        Measure::Ppv,
        r"positive predictive values?|PPVs?|precisions?",
    ),
    (Measure::Npv, r"negative predictive values?|NPVs?"),
    (Measure::BalancedAccuracy, r"balanced accurac(?:y|ies)"),
    (Measure::Accuracy, r"accurac(?:y|ies)"),
    (
        Measure::F1,
        r"F[- ]?1(?:[- ]?(?:scores?|measures?))?|F[- ](?:scores?|measures?)",
    ),
    (
        Measure::Dice,
        r"(?:mean |average )?Dice(?:[-–]S[øo]rensen)?(?: similarity)?(?: (?:coefficients?|scores?|index|indices))?(?: \(DSC\))?|DSCs?",
    ),
    (
        Measure::Jaccard,
        r"m?IoUs?|Jaccard(?: (?:similarity )?(?:index|indices|coefficients?|scores?))?|intersections?[- ]over[- ]unions?",
    ),
    (
        Measure::Kappa,
        r"(?:Cohen(?:'|’)?s? |Fleiss(?:'|’)?s? |quadratic[- ]weighted |weighted )?(?:kappas?|κ)",
    ),
    (Measure::Prevalence, r"prevalences?"),
];
/// Short names that are other words in a sentence.
const SHORT: &[(Measure, &str)] = &[
    (Measure::Sensitivity, r"sens?\.?|SE|SEN|SN"),
    (Measure::Specificity, r"spec?\.?|SP|SPE"),
    (Measure::Accuracy, r"acc\.?"),
    (Measure::Npv, r"NPV"),
    (Measure::Kappa, r"κ"),
];

static IN_SENTENCES: LazyLock<Vec<(Measure, Regex)>> = LazyLock::new(|| {
    let of = |&(measure, words): &(Measure, &str)| {
        (measure, pattern(&format!(r"(?:\b|κ){}", bounded(words))))
    };
    NAMES.iter().map(of).collect()
});
static AS_LABELS: LazyLock<Vec<(Measure, Regex)>> = LazyLock::new(|| {
    let of = |&(measure, words): &(Measure, &str)| {
        let rest = r"(?: ?[(\[]?(?:%|in %|95 ?% ?CIs?|CIs?|95% confidence intervals?|mean|SD|SE|±|[,; /]|(?-i:[A-Z]{2,6}))*[)\]]?)*";
        (
            measure,
            pattern(&format!(
                r"^(?:mean |average |the )?(?:{words}){rest} ?[↑*†‡a-c]?$"
            )),
        )
    };
    NAMES.iter().chain(SHORT).map(of).collect()
});

fn bounded(words: &str) -> String {
    format!(r"(?:{words})\b")
}

/// Words beside a name that make it another quantity: a change, a threshold, an analysis.
static OTHER_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[ -](?:analys|improvement|increase|decrease|change|difference|gain|delta|drop|loss|reduction|curve|threshold|cut-?off|target|requirement|plot|at rank|medicine|index of|score of at least|map|recall)|^[-–/]",
    )
});
static OTHER_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\b(?:difference|improvement|increase|decrease|change|gain|drop|loss|reduction|rise|decline|fall|differences|changes|improvements)s? (?:in|of)(?: the| mean)?|Δ|delta|average|top-\d|threshold|target|log|pixel[- ]wise|1 ?[-–]|partial|required?|minimum) ?$|[-–/]$",
    )
});

impl Measure {
    pub const ALL: [Measure; 14] = [
        Measure::Auroc,
        Measure::Auprc,
        Measure::Sensitivity,
        Measure::Specificity,
        Measure::Ppv,
        Measure::Npv,
        Measure::BalancedAccuracy,
        Measure::Accuracy,
        Measure::F1,
        Measure::Dice,
        Measure::Jaccard,
        Measure::Kappa,
        Measure::Prevalence,
        Measure::Other,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Measure::Auroc => "AUROC",
            Measure::Auprc => "AUPRC",
            Measure::Sensitivity => "sensitivity",
            Measure::Specificity => "specificity",
            Measure::Ppv => "PPV",
            Measure::Npv => "NPV",
            Measure::BalancedAccuracy => "balanced accuracy",
            Measure::Accuracy => "accuracy",
            Measure::F1 => "F1",
            Measure::Dice => "Dice",
            Measure::Jaccard => "Jaccard index",
            Measure::Kappa => "kappa",
            Measure::Prevalence => "prevalence",
            Measure::Other => "estimate",
        }
    }

    /// It is a share of cases.
    pub fn is_share(self) -> bool {
        matches!(
            self,
            Measure::Sensitivity
                | Measure::Specificity
                | Measure::Ppv
                | Measure::Npv
                | Measure::Accuracy
                | Measure::Prevalence
        )
    }

    /// The range that it cannot leave.
    pub fn range(self) -> Option<(f64, f64)> {
        match self {
            Measure::Other => None,
            Measure::Kappa => Some((-1.0, 1.0)),
            _ => Some((0.0, 1.0)),
        }
    }

    /// The measure that a heading of a table names, whole and alone.
    pub fn of_label(label: &str) -> Option<Measure> {
        let label = label.trim().trim_end_matches([':', '.']);
        let label = label.trim();
        if label.len() > 80 {
            return None;
        }
        let found = AS_LABELS.iter().find(|(_, regex)| regex.is_match(label));
        found.map(|(measure, _)| *measure)
    }

    /// The measures that a sentence names, in its order.
    pub fn named(text: &str) -> Vec<(Measure, Range<usize>)> {
        let mut found: Vec<(Measure, Range<usize>)> = Vec::new();
        for (measure, regex) in IN_SENTENCES.iter() {
            for name in regex.find_iter(text) {
                let is_taken = found
                    .iter()
                    .any(|(_, held)| held.start < name.end() && name.start() < held.end);
                if !is_taken {
                    found.push((*measure, name.range()));
                }
            }
        }
        found.sort_by_key(|(_, at)| at.start);
        found.retain(|(_, at)| {
            !OTHER_AFTER.is_match(&text[at.end..]) && !OTHER_BEFORE.is_match(&text[..at.start])
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<Measure> {
        Measure::named(text)
            .iter()
            .map(|(measure, _)| *measure)
            .collect()
    }

    #[test]
    fn a_longer_name_wins() {
        assert_eq!(
            names("area under the precision-recall curve"),
            vec![Measure::Auprc]
        );
        assert_eq!(
            names("area under the receiver operating characteristic curve"),
            vec![Measure::Auroc]
        );
        assert_eq!(
            names("the balanced accuracy"),
            vec![Measure::BalancedAccuracy]
        );
    }

    #[test]
    fn changes_and_analyses_are_no_values_of_a_metric() {
        for text in [
            "F1 improvement",
            "a sensitivity analysis",
            "the difference in AUC",
            "average precision",
            "precision-recall",
        ] {
            assert!(names(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn headings_of_columns_are_known() {
        for (label, measure) in [
            ("SE", Some(Measure::Sensitivity)),
            ("Sensitivity (%) [95% CI]", Some(Measure::Sensitivity)),
            ("AUC (95% CI)", Some(Measure::Auroc)),
            ("Jaccard Index (IOU)", Some(Measure::Jaccard)),
            ("Area under PPV vs SE", Some(Measure::Auprc)),
            ("F1", Some(Measure::F1)),
            ("F1 change", None),
            ("Model", None),
            ("Sensitivity at 95% specificity", None),
        ] {
            assert_eq!(Measure::of_label(label), measure, "{label}");
        }
    }
}
