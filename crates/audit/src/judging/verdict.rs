use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::context::{Context, context};
use super::cue::{Cue, Later};
use super::index::{Index, Numbers};
use super::section::Section;
use crate::item::{Fact, Item, Need, Partly};

/// Quotes of an item; more only where its verdict needs them.
const QUOTES: usize = 3;

/// A sentence, caption or row of a table, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage<'a> {
    pub text: &'a str,
    pub section: Section,
    /// Sentences of one paragraph, and rows of one table with its caption, have one number.
    pub paragraph: usize,
    /// Whether it is a row of a table or a caption.
    pub is_table: bool,
    /// Whether a page ends within it, or a table or figure stands in between.
    pub is_parted: bool,
}

/// What a paper says of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Reported,
    Partial,
    NotReported,
    NotApplicable,
}

/// A passage that tells a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The number of the passage.
    pub passage: usize,
    /// The name of the fact; `declared` for one that says that it was not done.
    pub fact: String,
    /// The bytes of the passage that tell it.
    pub at: Range<usize>,
}

/// The verdict on an item and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub verdict: Verdict,
    /// The paper itself says that it was not done.
    pub declared: bool,
    /// What to ask the developers.
    pub question: String,
    /// The best passage of each fact that counted, in the order in which the item needs them, then others that would do; each passage once.
    pub evidence: Vec<Evidence>,
}

/// An item whose patterns are ready.
pub struct Judge {
    pub item: Item,
    facts: BTreeMap<String, Patterns>,
    declared: Vec<Cue>,
}

struct Patterns {
    cues: Vec<Cue>,
    with: Vec<Later>,
    near: Vec<Later>,
    unless: Vec<Later>,
}

/// How a fact was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Said,
    Planned,
    Cited,
}

impl Judge {
    /// Readies an item.
    ///
    /// # Errors
    /// A pattern that is none, or a need of a fact that there is not.
    pub fn new(item: Item) -> Result<Judge, String> {
        let in_item = |error: String| format!("{}: {error}", item.id);
        let of = |fact: &Fact| {
            Ok::<_, String>(Patterns {
                cues: Cue::all(&fact.cues)?,
                with: Later::all(&fact.with),
                near: Later::all(&fact.near),
                unless: Later::all(&fact.unless),
            })
        };
        let facts = item
            .facts
            .iter()
            .map(|(name, fact)| Ok((name.clone(), of(fact)?)));
        let facts = facts
            .collect::<Result<BTreeMap<_, _>, String>>()
            .map_err(in_item)?;
        let declared = Cue::all(&item.declared).map_err(in_item)?;
        let lowered = item.lowered.iter().map(|lowered| &lowered.by);
        let lacked = item
            .partly
            .iter()
            .filter_map(|partly| partly.lacks.as_ref());
        let needs = [&item.reported, &item.partial].into_iter();
        for need in needs.chain(lowered).chain(lacked) {
            check(need, &facts).map_err(in_item)?;
        }
        Ok(Judge {
            item,
            facts,
            declared,
        })
    }

    /// What the passages of a paper, in their order and with their index, say of the item.
    pub fn judge(&self, passages: &[Passage], index: &Index) -> Finding {
        let mut found = Found::new();
        for (name, patterns) in &self.facts {
            let fact = &self.item.facts[name];
            let cues = Asked::of(&patterns.cues, index);
            let mut best: BTreeMap<How, Told> = BTreeMap::new();
            for at in 0..passages.len() {
                let Some(told) = told(fact, &cues, patterns, passages, at) else {
                    continue;
                };
                let held = best.get(&told.how);
                if held.is_none_or(|held| told.score > held.score) {
                    best.insert(told.how, told);
                }
            }
            found.insert(name, best);
        }
        for (verdict, need) in [
            (Verdict::Reported, &self.item.reported),
            (Verdict::Partial, &self.item.partial),
        ] {
            if let Some(evidence) = met(need, &found) {
                let spoilt = self.item.lowered.iter().find_map(|lowered| {
                    let is_better = verdict < lowered.to;
                    let by = met(&lowered.by, &found).filter(|_| is_better)?;
                    Some((lowered.to, by))
                });
                let (verdict, evidence) = spoilt.unwrap_or((verdict, evidence));
                return Finding {
                    verdict,
                    declared: verdict == Verdict::NotReported,
                    question: self.question(verdict, &found),
                    evidence: evidence.shown(),
                };
            }
        }
        let declaring = Asked::of(&self.declared, index);
        let declared = passages.iter().enumerate().find_map(|(passage, one)| {
            let places = declaring.places(passage, one.text);
            let at = places.into_iter().next()?.into_iter().next()?;
            Some(Evidence {
                passage,
                fact: "declared".to_owned(),
                at,
            })
        });
        Finding {
            verdict: Verdict::NotReported,
            declared: declared.is_some(),
            question: self.item.question.clone(),
            evidence: declared.into_iter().collect(),
        }
    }

    /// What to ask the developers: of what is told in part, what is missing of it.
    fn question(&self, verdict: Verdict, found: &Found) -> String {
        let is_lacked = |partly: &&Partly| {
            let lacks = partly.lacks.as_ref();
            lacks.is_none_or(|need| met(need, found).is_none())
        };
        let partly = self.item.partly.iter().find(is_lacked);
        let own = partly.filter(|_| verdict == Verdict::Partial);
        own.map_or(&self.item.question, |partly| &partly.question)
            .clone()
    }
}

/// A passage that tells a fact: how, how well, and its bytes that do.
struct Told {
    how: How,
    score: i32,
    passage: usize,
    at: Range<usize>,
}

/// Cues with the passages in which they can be found.
struct Asked<'c>(Vec<(&'c Cue, Numbers)>);

impl<'c> Asked<'c> {
    fn of(cues: &'c [Cue], index: &Index) -> Asked<'c> {
        let each = cues.iter().map(|cue| (cue, cue.passages(index)));
        Asked(each.filter(|(_, passages)| !passages.is_empty()).collect())
    }

    /// Where a passage has each cue that it has.
    fn places(&self, at: usize, text: &str) -> Vec<Vec<Range<usize>>> {
        let asked = self.0.iter().filter(|(_, passages)| passages.has(at));
        let each = asked.map(|(cue, _)| cue.places(text));
        each.filter(|places| !places.is_empty()).collect()
    }
}

/// What tells each fact best, by its name and how.
type Found<'a> = BTreeMap<&'a str, BTreeMap<How, Told>>;

/// How the passage `at` tells a fact; none if it does not.
fn told(
    fact: &Fact,
    cues: &Asked,
    patterns: &Patterns,
    passages: &[Passage],
    at: usize,
) -> Option<Told> {
    let passage = &passages[at];
    let text = passage.text;
    let section = passage.section;
    let out_of_place =
        !fact.only_in.is_empty() && !fact.only_in.contains(&section) && !passage.is_table;
    if out_of_place || fact.never_in.contains(&section) {
        return None;
    }
    let by_cue = cues.places(at, text);
    let any = |list: &[Later], text: &str| list.iter().any(|pattern| pattern.is_in(text));
    let is_found = !by_cue.is_empty()
        && (patterns.with.is_empty() || any(&patterns.with, text))
        && !any(&patterns.unless, text)
        && (patterns.near.is_empty()
            || paragraph(passages, at).any(|near| any(&patterns.near, near.text)));
    if !is_found {
        return None;
    }
    // How each cue tells it, if it does.
    let hows = by_cue.iter().filter_map(|places| {
        let hows = places.iter().filter_map(|place| {
            let how = how(fact, &context(text, place, section))?;
            Some((how, place))
        });
        hows.min_by_key(|(how, _)| *how)
    });
    let hows: Vec<(How, &Range<usize>)> = hows.collect();
    let (how, place) = *hows.iter().min_by_key(|(how, _)| *how)?;
    let cues = hows.iter().filter(|(own, _)| *own == how).count();
    let mut score = match section {
        Section::Methods | Section::Results | Section::Limitations | Section::Statements => 6,
        Section::Abstract | Section::Appendix => 4,
        Section::Discussion | Section::Conclusion => 3,
        Section::Introduction | Section::Related => 0,
    };
    // What several cues find tells it more surely. A row of a table is hard to read by itself, and stands in only where no sentence says it.
    score += 3 * i32::try_from(cues).unwrap_or(0) - i32::from(passage.is_table) * 5;
    // Who looks it up finds half of it.
    score -= i32::from(passage.is_parted) * 2;
    Some(Told {
        how,
        score,
        passage: at,
        at: place.clone(),
    })
}

/// The passages of one paragraph.
fn paragraph<'a, 'b>(
    passages: &'a [Passage<'b>],
    at: usize,
) -> impl Iterator<Item = &'a Passage<'b>> {
    let number = passages[at].paragraph;
    let range: Range<usize> = passages.partition_point(|one| one.paragraph < number)
        ..passages.partition_point(|one| one.paragraph <= number);
    passages[range].iter()
}

fn how(fact: &Fact, context: &Context) -> Option<How> {
    if context.negated && !fact.also_negated {
        return None;
    }
    if context.cited && !fact.also_cited {
        return Some(How::Cited);
    }
    if context.planned && !fact.also_planned {
        return Some(How::Planned);
    }
    Some(How::Said)
}

/// What meets a need.
#[derive(Default)]
struct Met {
    /// Enough for it.
    enough: Vec<Evidence>,
    /// Other ways in which the paper meets it.
    besides: Vec<Evidence>,
}

impl Met {
    fn all(self) -> Vec<Evidence> {
        let mut all = self.enough;
        all.extend(self.besides);
        all
    }

    /// What is enough, and some of what is besides.
    fn shown(self) -> Vec<Evidence> {
        let needed: BTreeSet<usize> = self.enough.iter().map(|one| one.passage).collect();
        let most = needed.len().max(QUOTES);
        let mut shown = self.all();
        let mut seen = BTreeSet::new();
        shown.retain(|one| seen.insert(one.passage));
        shown.truncate(most);
        shown
    }
}

impl FromIterator<Met> for Met {
    fn from_iter<T: IntoIterator<Item = Met>>(each: T) -> Met {
        each.into_iter().fold(Met::default(), |mut all, one| {
            all.enough.extend(one.enough);
            all.besides.extend(one.besides);
            all
        })
    }
}

/// The evidence that meets a need, if it is met.
fn met(need: &Need, found: &Found) -> Option<Met> {
    match need {
        Need::One(word) => {
            let (name, least) = named(word);
            // A plan will do where it says so, and what is said does as well.
            let own = found.get(name)?.iter().find(|(how, _)| match least {
                How::Said => **how == How::Said,
                How::Planned => **how != How::Cited,
                How::Cited => true,
            });
            own.map(|(_, told)| Met {
                enough: vec![Evidence {
                    passage: told.passage,
                    fact: name.to_owned(),
                    at: told.at.clone(),
                }],
                besides: Vec::new(),
            })
        }
        Need::All { all } => all.iter().map(|need| met(need, found)).collect(),
        Need::Any { any } => {
            let mut each = any.iter().filter_map(|need| met(need, found));
            let mut first = each.next()?;
            first.besides.extend(each.flat_map(Met::all));
            Some(first)
        }
        Need::Some { some, of } => {
            let mut each: Vec<Met> = of.iter().filter_map(|need| met(need, found)).collect();
            if each.len() < *some {
                return None;
            }
            let more = each.split_off(*some).into_iter().flat_map(Met::all);
            let more: Vec<Evidence> = more.collect();
            let mut enough: Met = each.into_iter().collect();
            enough.besides.extend(more);
            Some(enough)
        }
    }
}

/// The fact that a need names, and how it may have been told.
fn named(word: &str) -> (&str, How) {
    match word.split_once(' ') {
        Some(("planned", name)) => (name, How::Planned),
        Some(("cited", name)) => (name, How::Cited),
        _ => (word, How::Said),
    }
}

fn check(need: &Need, facts: &BTreeMap<String, Patterns>) -> Result<(), String> {
    match need {
        Need::One(word) => {
            let (name, _) = named(word);
            match facts.contains_key(name) {
                true => Ok(()),
                false => Err(format!("there is no fact `{name}`")),
            }
        }
        Need::All { all: needs } | Need::Any { any: needs } | Need::Some { of: needs, .. } => {
            needs.iter().try_for_each(|need| check(need, facts))
        }
    }
}
