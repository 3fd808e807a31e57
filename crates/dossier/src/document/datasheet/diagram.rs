//! The flow of the cohort as a picture, from the counts in evidence.

use galen_control::Evidence;
use galen_control::act::split::Split;

use crate::book::counted;
use crate::page::Block;
use crate::plot::{End, Flow, Leaving, Plot, Station};

/// Who was read, who was left out by which rule, whose truth is unknown, and the parts of the others.
pub(super) fn diagram(split: &Split, evidence: &Evidence) -> Block {
    let count = |quantity: &str| {
        let value = evidence.row(quantity)?.estimate.value?;
        (value >= 0.0).then_some(value.round() as u64)
    };
    let leaving = |title: &str, n: Option<u64>, note: Option<String>| Leaving {
        title: title.to_owned(),
        n,
        note,
    };
    let synthetic =
        count("synthetic").map(|n| leaving("Synthetic rows, for learning only", Some(n), None));
    let by_rule = evidence.rows.iter().filter_map(|row| {
        let id = row.quantity.strip_prefix("left_out/")?;
        let without = count(&format!("without_value/{id}")).filter(|n| *n > 0);
        let note = without.map(|n| format!("{} without a value were asked", counted(n)));
        Some(leaving(&row.title, count(&row.quantity), note))
    });
    let by_rule: Vec<Leaving> = by_rule.collect();
    let unknown = leaving("Truth unknown", count("excluded_censored"), None);
    let mut stations = Vec::new();
    if count("read").is_some() {
        stations.push(Station {
            title: format!("Rows of {}", split.dataset),
            n: count("read"),
            leave: synthetic.into_iter().chain(by_rule).collect(),
        });
    }
    stations.push(Station {
        title: match stations.is_empty() {
            true => format!("Rows of {}", split.dataset),
            false => "Admitted by the rules".to_owned(),
        },
        n: count("rows"),
        leave: vec![unknown],
    });
    let with_event = count("diseased").map(|n| format!(", {} with the event", counted(n)));
    stations.push(Station {
        title: format!("Truth known{}", with_event.unwrap_or_default()),
        n: count("included"),
        leave: Vec::new(),
    });
    let ends = split.parts.iter().map(|part| {
        let made = match part.synthetic {
            0 => String::new(),
            n => format!(", {} synthetic", counted(n)),
        };
        End {
            title: part.name.clone(),
            n: Some(part.cases),
            note: Some(format!("{} with the event{made}", counted(part.diseased))),
        }
    });
    Block::Figure {
        caption: format!(
            "Flow of {}, after the diagram of STARD 2015. Parts that arrive later also hold people whose truth is unknown.",
            split.dataset
        ),
        alt: format!(
            "Flow of {}: who was admitted, who was left out, and the parts; the tables have the same numbers.",
            split.dataset
        ),
        plot: Plot::Flow(Flow {
            stations,
            ends: ends.collect(),
        }),
    }
}
