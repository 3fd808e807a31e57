//! Whether a paper describes a model at all.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use crate::judging::Passage;
use crate::judging::section::Section;
use crate::pattern::pattern;

/// What a paper is about, as far as the rubric is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A model and what it is worth.
    Model,
    /// Papers of others: the rubric's verdicts are on their report, not on one model.
    Review,
    /// No model was learned or judged.
    Other,
}

impl Subject {
    /// What a reader must know before the verdicts; none for a paper on a model.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Subject::Model => None,
            Subject::Review => Some(
                "This looks like a review of other studies. The items ask for one model and its data: verdicts and quotes can be of several.",
            ),
            Subject::Other => Some(
                "This does not describe a model that was learned from data or judged on them. The items do not fit it, and nothing is concluded.",
            ),
        }
    }
}

/// Passages that tell of learning or judging a model, from which on a paper describes one.
const TELLING_MIN: usize = 5;

static LEARNING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(train(ed|ing)|fine-?tun(ed|ing)|fitted|learn(ed|ing|t)|develop(ed|ment)|validat(ed|ion)|evaluat(ed|ion))\b.{0,80}\b(models?|networks?|classifiers?|algorithms?|regression|forest|boosting|CNNs?|transformers?|software|AI)\b|\b(models?|networks?|classifiers?|algorithms?|CNNs?|software|AI)\b.{0,80}\b(train(ed|ing)|predict(ed|s|ion|ions)?|classif(y|ied|ies)|segment(s|ed|ation)?|detect(s|ed|ion)?|perform(s|ed|ance)|achiev(ed|es)|validat(ed|ion)|evaluat(ed|ion))\b",
    )
});
static JUDGING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(AU(RO)?C|AUPRC|area under|sensitivity|specificity|accuracy|recall|precision|F1|Dice|C-?(index|statistic)|calibration|Brier|mean absolute error)\b",
    )
});
static REVIEW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(systematic|scoping|umbrella|narrative|literature) review\b|\bmeta-?analys[ie]s\b|: a review\b|\bsurvey of\b|\ba survey\b|\boverview of\b|\bwe (systematically )?(searched|reviewed) (pubmed|medline|embase|the literature|studies|publications)\b|\bPRISMA\b",
    )
});

/// What a paper of these passages is about.
pub fn subject(title: Option<&str>, passages: &[Passage]) -> Subject {
    let count = |regex: &Regex| {
        passages
            .iter()
            .filter(|passage| regex.is_match(passage.text))
            .count()
    };
    let in_front = |regex: &Regex| {
        let front = passages
            .iter()
            .filter(|passage| passage.section == Section::Abstract)
            .take(12);
        title.is_some_and(|title| regex.is_match(title))
            || front.filter(|passage| regex.is_match(passage.text)).count() > 0
    };
    if in_front(&REVIEW) {
        return Subject::Review;
    }
    match count(&LEARNING) >= TELLING_MIN && count(&JUDGING) >= 2 {
        true => Subject::Model,
        false => Subject::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(title: &str, texts: &[&str]) -> Subject {
        let passages: Vec<Passage> = texts
            .iter()
            .enumerate()
            .map(|(paragraph, text)| Passage {
                text,
                section: Section::Abstract,
                paragraph,
                is_table: false,
                is_parted: false,
            })
            .collect();
        subject(Some(title), &passages)
    }

    #[test]
    fn a_model_a_review_and_a_cooking_book_are_told_apart() {
        let model = [
            "We trained a convolutional network on radiographs.",
            "The model was evaluated on a held-out test set.",
            "It predicted pneumonia with an AUROC of 0.91.",
            "Our network classified 1,200 images.",
            "The algorithm achieved a sensitivity of 0.88.",
            "Training the model took two days.",
        ];
        assert_eq!(of("Pneumonia on radiographs", &model), Subject::Model);
        assert_eq!(
            of("Deep learning in radiology: a systematic review", &model),
            Subject::Review
        );
        let bread = [
            "Mix the flour with water.",
            "The dough rests for an hour at room temperature.",
            "Bake it until it is brown.",
        ];
        assert_eq!(of("On bread", &bread), Subject::Other);
    }
}
