//! The items of the rubric, in its order: a new one is a file and a line here.

use rayon::prelude::*;

use crate::item::patterns::pattern;
use crate::item::{Item, Text};
use crate::judging::index::Index;
use crate::judging::{Judge, Passage, Verdict};

const FILES: &[(&str, &str)] = &[
    ("prov-1.yaml", include_str!("../items/prov-1.yaml")),
    ("prov-2.yaml", include_str!("../items/prov-2.yaml")),
    ("prov-3.yaml", include_str!("../items/prov-3.yaml")),
    ("prov-4.yaml", include_str!("../items/prov-4.yaml")),
    ("size-1.yaml", include_str!("../items/size-1.yaml")),
    ("size-2.yaml", include_str!("../items/size-2.yaml")),
    ("div-1.yaml", include_str!("../items/div-1.yaml")),
    ("div-2.yaml", include_str!("../items/div-2.yaml")),
    ("div-3.yaml", include_str!("../items/div-3.yaml")),
    ("div-4.yaml", include_str!("../items/div-4.yaml")),
    ("div-5.yaml", include_str!("../items/div-5.yaml")),
    ("div-6.yaml", include_str!("../items/div-6.yaml")),
    ("ann-1.yaml", include_str!("../items/ann-1.yaml")),
    ("ann-2.yaml", include_str!("../items/ann-2.yaml")),
    ("ann-3.yaml", include_str!("../items/ann-3.yaml")),
    ("leak-1.yaml", include_str!("../items/leak-1.yaml")),
    ("leak-2.yaml", include_str!("../items/leak-2.yaml")),
    ("leak-3.yaml", include_str!("../items/leak-3.yaml")),
    ("leak-4.yaml", include_str!("../items/leak-4.yaml")),
    ("leak-5.yaml", include_str!("../items/leak-5.yaml")),
    ("ref-1.yaml", include_str!("../items/ref-1.yaml")),
    ("ref-2.yaml", include_str!("../items/ref-2.yaml")),
    ("ref-3.yaml", include_str!("../items/ref-3.yaml")),
    ("perf-1.yaml", include_str!("../items/perf-1.yaml")),
    ("perf-2.yaml", include_str!("../items/perf-2.yaml")),
    ("perf-3.yaml", include_str!("../items/perf-3.yaml")),
    ("perf-4.yaml", include_str!("../items/perf-4.yaml")),
    ("perf-5.yaml", include_str!("../items/perf-5.yaml")),
    ("perf-6.yaml", include_str!("../items/perf-6.yaml")),
    ("perf-7.yaml", include_str!("../items/perf-7.yaml")),
    ("perf-8.yaml", include_str!("../items/perf-8.yaml")),
    ("perf-9.yaml", include_str!("../items/perf-9.yaml")),
    ("sub-1.yaml", include_str!("../items/sub-1.yaml")),
    ("sub-2.yaml", include_str!("../items/sub-2.yaml")),
    ("sub-3.yaml", include_str!("../items/sub-3.yaml")),
    ("sub-4.yaml", include_str!("../items/sub-4.yaml")),
    ("sub-5.yaml", include_str!("../items/sub-5.yaml")),
    ("team-1.yaml", include_str!("../items/team-1.yaml")),
    ("team-2.yaml", include_str!("../items/team-2.yaml")),
    ("team-3.yaml", include_str!("../items/team-3.yaml")),
    ("lim-1.yaml", include_str!("../items/lim-1.yaml")),
    ("lim-2.yaml", include_str!("../items/lim-2.yaml")),
    ("use-1.yaml", include_str!("../items/use-1.yaml")),
    ("use-2.yaml", include_str!("../items/use-2.yaml")),
    ("use-3.yaml", include_str!("../items/use-3.yaml")),
    ("use-4.yaml", include_str!("../items/use-4.yaml")),
    ("mon-1.yaml", include_str!("../items/mon-1.yaml")),
    ("mon-2.yaml", include_str!("../items/mon-2.yaml")),
    ("dep-1.yaml", include_str!("../items/dep-1.yaml")),
    ("dep-2.yaml", include_str!("../items/dep-2.yaml")),
    ("xai-1.yaml", include_str!("../items/xai-1.yaml")),
    ("xai-2.yaml", include_str!("../items/xai-2.yaml")),
    ("rep-1.yaml", include_str!("../items/rep-1.yaml")),
    ("rep-2.yaml", include_str!("../items/rep-2.yaml")),
    ("rep-3.yaml", include_str!("../items/rep-3.yaml")),
    ("rep-4.yaml", include_str!("../items/rep-4.yaml")),
    ("sec-1.yaml", include_str!("../items/sec-1.yaml")),
    ("sec-2.yaml", include_str!("../items/sec-2.yaml")),
    ("sec-3.yaml", include_str!("../items/sec-3.yaml")),
];

/// The files of all items, with their names, in the order of the rubric.
pub fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}

/// What each item, ready to judge, is asked for, in the order of the files.
///
/// Patterns of many words take some 10 MB an item, so that one is made ready, asked and dropped on each core at a time.
///
/// # Panics
/// If a file of an item is wrong, which its tests would have said.
pub fn each<T: Send>(files: &[(&str, &str)], ask: impl Fn(&Judge) -> T + Sync) -> Vec<T> {
    let asked = |(name, text): &(&str, &str)| {
        let item: Item =
            serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        ask(&Judge::new(item).unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    files.par_iter().map(asked).collect()
}

/// What is wrong with an item: patterns that are none, else example sentences that it judges otherwise.
pub fn misjudged(judge: &Judge) -> Vec<String> {
    let examples = &judge.item.examples;
    let lists = [
        (Verdict::Reported, false, &examples.reported),
        (Verdict::Partial, false, &examples.partial),
        (Verdict::NotReported, false, &examples.not_reported),
        (Verdict::NotReported, true, &examples.declared),
    ];
    let broken = judge.item.patterns().filter_map(|text| pattern(text).err());
    let mut wrong: Vec<String> = broken.collect();
    if !wrong.is_empty() {
        return wrong;
    }
    for (verdict, declared, texts) in lists {
        for (section, text) in texts.iter().map(Text::parts) {
            let passages = [Passage {
                text,
                section,
                paragraph: 0,
                is_table: false,
                is_parted: false,
            }];
            let found = judge.judge(&passages, &Index::of(&passages));
            if found.verdict != verdict || declared && !found.declared {
                let id = &judge.item.id;
                let facts: Vec<&str> = found.evidence.iter().map(|one| one.fact.as_str()).collect();
                wrong.push(format!(
                    "{id}: {verdict:?} is judged {:?} by {facts:?}: {text}",
                    found.verdict
                ));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_judges_its_own_sentences() {
        let wrong = each(files(), |judge| {
            let examples = &judge.item.examples;
            assert!(
                !examples.reported.is_empty() && !examples.not_reported.is_empty(),
                "{}",
                judge.item.id
            );
            misjudged(judge)
        })
        .concat();
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }
}
