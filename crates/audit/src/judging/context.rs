//! What surrounds a cue: whether the sentence denies it, wishes it, or tells of other people's work.
//!
//! # Source
//! Chapman and others 2001, J Biomed Inform 34:301-310 (NegEx: words before and after a phrase, with an end); Harkema and others 2009,
//! J Biomed Inform 42:839-851 (ConText: who, when, whether), here for papers.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::section::Section;
use crate::pattern::pattern;

/// How a sentence tells what a cue in it means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    pub negated: bool,
    /// It will, should, could be, or is future work.
    pub planned: bool,
    /// It is what others did.
    pub cited: bool,
}

/// Ends of what a negation reaches.
static BREAKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[;:()]|,? (but|however|although|though|whereas|while|except|yet|instead) |, (and|so|which|we) ",
    )
});
/// Before what they deny.
static NO_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(no|none (of|was|were|is|are|has|have)|not|nor|neither|never|without|cannot|can't|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|lack(s|ed|ing)?( of)?|absence of|fail(s|ed)? to|unable to|rather than|instead of|excluding|beyond the scope)\b",
    )
});
/// That deny nothing, though they look so.
static NOT_NO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bnot only\b|\bno (significant|statistically|clear|notable|substantial)\b|\bnot (significant|statistically)|\bno longer\b|\bno more than\b|\bnot necessarily\b|\bwhether or not\b|\bno doubt\b|\bno finding\b|\bno\. ?(\(|of\b|\d)|\byes ?(/|or) ?no\b",
    )
});
/// After what they deny.
static NO_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[^.;,]{0,60}\b((was|were|is|are|has|have|had|been|be|did|does|do|could|can) (not|never)( yet)?( been)?|(is|are|was|were|remains?) (unavailable|missing|unknown|unclear|lacking|absent|beyond|out of scope))\b",
    )
});
static PLAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(will|would|should|shall|could|might|(?-i:may)|must|needs? to|ha(s|ve) to|future|in the future|plan(s|ned)? (to|for)|planning|intend(s|ed)? to|hope to|aims? to (explore|study|investigate|extend|evaluate)|remain(s)? to be|yet to be|is (needed|required|necessary|warranted)|are (needed|required|warranted)|next steps?|further (work|research|studies|validation|evaluation|investigation)|prospective users?|potential(ly)?|ongoing|upcoming|recommend(ed)?|encourage)\b",
    )
});
/// Sentences of others, wherever they stand.
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*((in|by|for) )?(?-i:[A-Z])[\w'’-]+( et al\.?| and colleagues|( and|,| &) (?-i:[A-Z])[\w'’-]+)[^.]{0,40}?(\(|\[|\b(19|20)\d\d)|\b(previous|prior|earlier|existing|recent|other|several|many|numerous|these|those) (works?|studies|study|research(ers)?|approaches|methods|papers|authors|groups|efforts|literature)\b|\bin (the|prior|previous) literature\b|\bha(s|ve) (been|shown|demonstrated|reported|proposed|used|explored|achieved|developed)\b[^.]{0,80}(\[|\((?-i:[A-Z])[\w'’-]+)",
    )
});
/// What others did, up to where the sentence turns: `Thian et al. [2] reported`.
static THEIRS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-i:\b[A-Z])[\w'’-]+( et al\b\.?| and colleagues| (and|&) (?-i:[A-Z])[\w'’-]+)[\s\d,.()\[\]–-]{0,25}((who|also|have|has|had|recently|previously|similarly|first|later|then) ){0,2}(report|found|show|achiev|propos|develop|demonstrat|observ|obtain|train|employ|evaluat|studied|investigat|compar|describ|present|introduc|conclud|appl|us(ed|ing)|reach|publish|built|analy[sz])\w*[^;]*$",
    )
});
/// Turns of a sentence from others to its own authors.
static TURN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[;:]|,? (but|however|whereas|while|although) |\b(we|our|this study|the present)\b")
});
/// Sentences on the paper's own work.
static OWN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(we|our|ours|us|this (study|paper|work|article|analysis)|the present (study|work)|here,|in this (study|paper|work)|the current study|the proposed|the authors of this)\b",
    )
});

/// What surrounds a cue at `at` of a sentence of a section.
pub fn context(sentence: &str, at: &Range<usize>, section: Section) -> Context {
    let own = OWN.is_match(sentence);
    let telling_of_others = matches!(section, Section::Introduction | Section::Related);
    Context {
        negated: is_negated(sentence, at),
        planned: is_planned(sentence, at),
        cited: !own && (telling_of_others || OTHERS.is_match(sentence)) || is_theirs(sentence, at),
    }
}

/// Whether the cue stands in what a sentence says of others, though it may speak of its own authors elsewhere.
fn is_theirs(sentence: &str, at: &Range<usize>) -> bool {
    let before = &sentence[..at.end];
    let turns = TURN.find_iter(before);
    let from = turns.filter(|turn| turn.end() <= at.start).last();
    THEIRS.is_match(&before[from.map_or(0, |turn| turn.end())..])
}

/// The clause around a cue.
fn clause<'a>(sentence: &'a str, at: &Range<usize>) -> (&'a str, &'a str) {
    let before = &sentence[..at.start];
    let from = BREAKS
        .find_iter(before)
        .last()
        .map_or(0, |found| found.end());
    let after = &sentence[at.end..];
    let to = BREAKS
        .find(after)
        .map_or(after.len(), |found| found.start());
    (&before[from..], &after[..to])
}

/// Words before a cue that a negation reaches over.
const NEAR: usize = 9;

fn is_negated(sentence: &str, at: &Range<usize>) -> bool {
    let (before, after) = clause(sentence, at);
    let cue = &sentence[at.clone()];
    let denies = |text: &str, regex: &Regex| {
        let false_ones: Vec<Range<usize>> =
            NOT_NO.find_iter(text).map(|found| found.range()).collect();
        regex.find_iter(text).any(|found| {
            !false_ones
                .iter()
                .any(|range| range.start <= found.start() && found.start() < range.end)
        })
    };
    // A negation far before reaches no further than some words.
    let words: Vec<&str> = before.split_whitespace().collect();
    let near = words[words.len().saturating_sub(NEAR)..].join(" ");
    denies(&format!("{near} {cue}"), &NO_BEFORE)
        || NO_AFTER.is_match(after) && !NOT_NO.is_match(after)
}

fn is_planned(sentence: &str, at: &Range<usize>) -> bool {
    let (before, after) = clause(sentence, at);
    PLAN.is_match(before) || PLAN.is_match(&sentence[at.clone()]) || PLAN.is_match(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sentence: &str, cue: &str) -> Context {
        let start = sentence.find(cue).expect("the cue is there");
        context(sentence, &(start..start + cue.len()), Section::Methods)
    }

    #[test]
    fn a_number_is_no_negation() {
        assert!(!of("Women, No. (%) 512 (48.1)", "Women, No. (%) 512").negated);
        assert!(of("No women were scanned.", "women").negated);
        assert!(of("Of these models none was deployed.", "deployed").negated);
    }

    #[test]
    fn a_month_is_no_plan() {
        assert!(!of("Scans of May 2012 were used.", "Scans").planned);
        assert!(of("The scans may be used.", "scans").planned);
    }

    #[test]
    fn what_others_reported_is_theirs_in_a_sentence_of_ones_own() {
        let sentence = "While our analysis yielded an AUC of 0.84, Thian et al. [2] reported AUC values from 0.91 to 0.98.";
        assert!(of(sentence, "from 0.91").cited);
        assert!(!of(sentence, "AUC of 0.84").cited);
        assert!(of("Ng et al.27 employed AlexNet for slices.", "AlexNet").cited);
        assert!(!of("Ng et al. [3] used slices, but we used AlexNet.", "AlexNet").cited);
        assert!(
            !of(
                "Following Singer et al. [3], sepsis was defined as SOFA ≥ 2.",
                "defined"
            )
            .cited
        );
        assert!(
            !of(
                "The network of Ng et al. [3] was trained on our data.",
                "our data"
            )
            .cited
        );
    }

    #[test]
    fn a_wish_inside_a_long_cue_is_a_wish() {
        let cue = "model could then be shown to radiologists";
        assert!(of("The model could then be shown to radiologists.", cue).planned);
    }
}
