use std::sync::LazyLock;

use regex::Regex;

use super::reading::{Line, LineKind, Reading};
use super::{Check, Remark, Severity};
use crate::judging::context::context;
use crate::pattern::pattern;

/// A test set that is called independent or external comes from elsewhere, and nothing is chosen on a test set.
///
/// Reads words, not numbers: a random split called independent, only where no sentence tells of another source; a threshold, epoch or model
/// chosen on test data; the best value over thresholds reported as the result. Sentences that deny it, plan it or tell of others are left
/// out. All are worth asking, no more.
///
/// # Source
/// TRIPOD+AI, Collins and others 2024, BMJ 385:e078378, items 12a and 12c; PROBAST, Wolff and others 2019, Annals of Internal Medicine
/// 170:51-58, signalling question 4.8.
pub struct Independence;

static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:an? |the |our |this )?(?:completely |fully |truly )?(?:independent|external)(?: (?:held-?out|hold-?out))? (?:test|testing|validation)(?: (?:set|cohort|data ?set|data|sample))\b",
    )
});
static RANDOM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\brandom(?:ly)?[ -](?:split\w*|divid\w+|partition\w*|assign\w*|allocat\w+|separat\w+|select\w*)\b[^.;]*\b(?:test|testing|validation)\b|\b(?:split|divided|partitioned|assigned|allocated|separated) (?:at )?random(?:ly)?\b[^.;]*\b(?:test|testing|validation)\b",
    )
});
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:different|another|other|second|separate|external|outside|two|three|four|five|six|several|multiple|\d+) (?:[a-z]+ ){0,2}(?:hospitals?|institutions?|sites?|cent(?:er|re)s?|countr(?:y|ies)|cit(?:y|ies)|scanners?|devices?|clinics?|health systems?|data ?sets?|cohorts?|populations?|studies|sources?)\b|\btemporal(?:ly)?\b|\bprospective(?:ly)?\b|\bpublic(?:ly)? (?:available )?data|\bcollected (?:at|from|in|between)\b[^.]{0,80}\b(?:test|validation)\b",
    )
});
static CHOSEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:thresholds?|cut-?offs?|operating points?|hyper-?parameters?|epochs?|checkpoints?|(?:best|final) models?|architectures?|features?)\b[^.;]{0,60}\b(?:chosen|selected|optimi[sz]ed|tuned|determined|found|set|picked|maximi[sz]\w+)\b[^.;]{0,60}\b(?:on|using|over|in|with|from) (?:the |our )?(?:held-?out |hold-?out |independent |external )?test(?:ing)? (?:set|data|cohort|dataset|split)\b|\b(?:selected|chose|picked|optimi[sz]ed|tuned) (?:the )?(?:[a-z-]+ ){0,3}(?:thresholds?|cut-?offs?|operating points?|hyper-?parameters?|epochs?|checkpoints?|models?)\b[^.;]{0,60}\b(?:on|using|over) (?:the |our )?(?:held-?out )?test(?:ing)? (?:set|data|cohort|dataset|split)\b",
    )
});
static BEST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\breported (?:as|at|for) (?:the |their )?(?:maximum|best|highest|optimal)(?: values?| scores?| results?)? (?:over|across|among) (?:all |the |different |various )?(?:thresholds?|epochs?|runs|seeds|checkpoints?)\b|\b(?:maximum|best|highest) (?:value|score|test)[a-z ]{0,20} (?:over|across|among) (?:all |the |different )?(?:thresholds?|epochs?|runs|seeds|checkpoints?) (?:is|are|was|were) reported\b",
    )
});
/// Words that clear a sentence: choices made on other data stand in it too.
static CLEARS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:validation|tuning|development|training|train)\b[^.;]*\b(?:then|before|and (?:then )?(?:applied|evaluated|tested|reported))\b|\bindependent(?:ly)? of the test|\bblind(?:ed)? to\b|\bthen (?:applied|evaluated|tested)\b|\b(?:evaluated|applied|tested|assessed) on\b",
    )
});

static UNMADE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:should|must|could|will|would|may|might|can|needs?|not|never|no|without|rather|instead)\b",
    )
});

impl Check for Independence {
    fn name(&self) -> &'static str {
        "independent_test_set"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let lines: Vec<&Line> = reading
            .lines
            .iter()
            .filter(|line| line.kind != LineKind::Row)
            .collect();
        let said = |regex: &Regex| -> Vec<&Line> {
            lines
                .iter()
                .copied()
                .filter(|line| says(line, regex))
                .collect()
        };
        let remark = |message: &str, passages: Vec<usize>| Remark {
            check: self.name(),
            severity: Severity::WorthAsking,
            message: message.to_owned(),
            passages,
        };
        let mut remarks = Vec::new();
        let (called, random) = (said(&CALLED), said(&RANDOM));
        let is_elsewhere = lines.iter().any(|line| ELSEWHERE.is_match(&line.text));
        if let (Some(called), Some(random), false) = (called.first(), random.first(), is_elsewhere)
        {
            let mut passages = vec![called.passage, random.passage];
            passages.dedup();
            remarks.push(remark(
                "A test set is called independent or external, but the only split that is told is a random one of the same data.",
                passages,
            ));
        }
        for line in said(&CHOSEN)
            .into_iter()
            .filter(|line| !CLEARS.is_match(&line.text))
        {
            remarks.push(remark(
                "Something is told to be chosen on test data; results on the same data are then too good.",
                vec![line.passage],
            ));
        }
        for line in said(&BEST) {
            remarks.push(remark(
                "The best value over thresholds, epochs or repeats is reported; on which data was it chosen?",
                vec![line.passage],
            ));
        }
        remarks
    }
}

/// Whether a sentence says it of this paper, without denying or planning it.
fn says(line: &Line, regex: &Regex) -> bool {
    regex.find(&line.text).is_some_and(|found| {
        let context = context(&line.text, &found.range(), line.section);
        // A long cue has words of its own that unmake it.
        let is_unmade = UNMADE.is_match(found.as_str());
        !context.negated && !context.planned && !context.cited && !is_unmade
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks;

    #[test]
    fn tests_that_are_what_they_are_called_raise_nothing() {
        for texts in [
            [
                "Images were randomly split into training and test sets.",
                "The held-out test set was used once.",
            ],
            [
                "Images were randomly split into training and validation sets.",
                "The external test set came from another hospital.",
            ],
            [
                "No threshold was chosen on the test set.",
                "The test set was not used for tuning.",
            ],
            [
                "The threshold was selected on the validation set and applied to the test set.",
                "We report one value.",
            ],
            [
                "Thresholds should be tuned on the test data of each site.",
                "It is future work.",
            ],
        ] {
            let found = remarks(&Independence, &texts);
            assert!(found.is_empty(), "{texts:?}: {found:?}");
        }
    }

    #[test]
    fn tests_that_are_not_are_named() {
        for texts in [
            [
                "Images were randomly split into training and test sets.",
                "On the independent test set the AUC was 0.91.",
            ],
            [
                "The threshold was chosen to maximise the Youden index on the test set.",
                "The AUC was 0.91.",
            ],
            [
                "We selected the best checkpoint on the test set.",
                "The AUC was 0.91.",
            ],
            [
                "Sensitivity is reported as the maximum value over thresholds.",
                "The AUC was 0.91.",
            ],
        ] {
            assert_eq!(remarks(&Independence, &texts).len(), 1, "{texts:?}");
        }
    }
}
