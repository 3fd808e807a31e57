//! Dividing a dataset by the frozen data plan.

use galen_control::act::split::{Part, Split};
use galen_control::{Actor, Ask, Deed, Evidence, Row, Subject};
use galen_stats::{Estimate, Level, Undefined, interval};
use galen_table::cohort::{Cohort, Count, cohort};
use galen_table::split::split;

use crate::error::ActError;
use crate::models::read_table;
use crate::project::{Entry, Project};

/// A dataset that was divided.
#[derive(Clone, Debug)]
pub struct Parted {
    pub entry: Entry,
    pub split: Split,
    pub flow: Evidence,
    /// The rows of each part, as they were kept.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Project {
    /// Admits, excludes and counts, then draws the parts by the declared seed. Each part becomes a dataset.
    ///
    /// # Errors
    /// [`ActError::Refused`], among others if the dataset was divided before.
    pub fn split(&self, by: &Actor, dataset: &str) -> Result<Parted, ActError> {
        let state = self.state()?;
        let plan = self.data_plan(&state)?;
        let source = state.dataset(dataset)?.digest;
        let parts = parts_of(&self.artifacts.get(&source)?, &plan.value)?;
        let mut flow = parts.flow;
        flow.subjects = vec![
            Subject::new("dataset", source),
            Subject::new("plan", plan.digest),
        ];
        let flow_digest = self.keep(&flow.bytes())?;
        let mut listed = Vec::new();
        for part in &parts.parts {
            let digest = self.keep(&part.csv)?;
            let (name, bytes) = (part.name.clone(), part.csv.len() as u64);
            listed.push(Part {
                name,
                digest,
                cases: part.cases,
                diseased: part.diseased,
                bytes,
                synthetic: part.synthetic,
            });
        }
        let ask = Ask::Split(Split {
            dataset: dataset.to_owned(),
            source,
            plan: plan.digest,
            seed: plan.value.parts.seed,
            parts: listed,
            flow: flow_digest,
        });
        let entry = self.one(by, None, ask)?;
        let Deed::Split(split) = entry.record.deed.clone() else {
            unreachable!("a split records a split")
        };
        let files = parts
            .parts
            .into_iter()
            .map(|part| (part.name, part.csv))
            .collect();
        Ok(Parted {
            entry,
            split,
            flow,
            files,
        })
    }
}

/// The parts of a raw table, with the flow of inclusion and exclusion.
pub(crate) struct Parts {
    pub parts: Vec<PartFile>,
    pub flow: Evidence,
}

/// One part as a file.
pub(crate) struct PartFile {
    pub name: String,
    pub csv: Vec<u8>,
    pub cases: u64,
    pub diseased: u64,
    pub synthetic: u64,
}

/// Divides the bytes of a raw table by a plan: the same bytes and plan give the same parts.
pub(crate) fn parts_of(bytes: &[u8], plan: &galen_spec::data::Data) -> Result<Parts, ActError> {
    let wrong = |error: &dyn std::fmt::Display| {
        ActError::input("split", error.to_string(), "correct the data or data.yaml")
    };
    let raw = read_table(bytes)?;
    let cohort = cohort(&raw, plan).map_err(|error| wrong(&error))?;
    let division = split(&cohort, plan).map_err(|error| wrong(&error))?;
    let truth = &plan.reference_standard.name;
    let mut parts = Vec::new();
    for part in &division.parts {
        let diseased = part.table.numbers(truth).map_err(|error| wrong(&error))?;
        parts.push(PartFile {
            csv: part.table.to_csv(),
            cases: part.table.rows() as u64,
            synthetic: part
                .rows
                .iter()
                .filter(|&&row| cohort.synthetic[row])
                .count() as u64,
            diseased: diseased.iter().filter(|value| **value == Some(1.0)).count() as u64,
            name: part.name.clone(),
        });
    }
    let mut flow = flow(&cohort);
    if plan.patient.is_some() {
        let admitted = cohort.admitted.iter().filter(|is| **is).count() as u64;
        flow.rows.push(Row {
            quantity: "kept_away".to_owned(),
            title: "Rows of patients of the reference or the development set, in no part"
                .to_owned(),
            subgroup: None,
            p_value: None,
            estimate: counted(division.kept_away.len() as u64, admitted),
        });
    }
    Ok(Parts { parts, flow })
}

/// The flow as evidence: how many there were, were left out and had the event, all together and by year.
fn flow(cohort: &Cohort) -> Evidence {
    let mut evidence = Evidence::of("flow", Vec::new());
    let flow = &cohort.flow;
    let all = &flow.all;
    let mut add = |quantity: String, title: String, estimate: Estimate| {
        evidence.rows.push(Row {
            quantity,
            title,
            subgroup: None,
            p_value: None,
            estimate,
        });
    };
    // A plan without rules admits every row, and its flow begins with them.
    if !flow.steps.is_empty() || flow.synthetic > 0 {
        add(
            "read".to_owned(),
            "Rows that were read".to_owned(),
            counted(flow.read, flow.read),
        );
    }
    if flow.synthetic > 0 {
        let synthetic = "Synthetic rows, for learning only";
        add(
            "synthetic".to_owned(),
            synthetic.to_owned(),
            counted(flow.synthetic, flow.read),
        );
    }
    let mut asked = flow.read - flow.synthetic;
    for step in &flow.steps {
        let (id, title) = (&step.id, &step.title);
        let left_out = counted(step.left_out, asked);
        add(format!("left_out/{id}"), title.clone(), left_out);
        add(
            format!("without_value/{id}"),
            format!("{title}: without a value"),
            counted(step.without_value, asked),
        );
        asked -= step.left_out;
    }
    add(
        "rows".to_owned(),
        "Rows of the table".to_owned(),
        counted(all.rows, all.rows),
    );
    add(
        "included".to_owned(),
        "People whose truth is known".to_owned(),
        counted(all.included(), all.rows),
    );
    let left = "People who left before their truth was known";
    add(
        "excluded_censored".to_owned(),
        left.to_owned(),
        counted(all.censored, all.rows),
    );
    add(
        "diseased".to_owned(),
        "People with the event in time".to_owned(),
        counted(all.diseased, all.included()),
    );
    add(
        "prevalence".to_owned(),
        "Share with the event".to_owned(),
        share(all.diseased, all.included()),
    );
    add(
        "prevalence_if_all_dead".to_owned(),
        "Share with the event, if all who left had had it".to_owned(),
        share(all.diseased + all.censored, all.rows),
    );
    add(
        "prevalence_if_all_alive".to_owned(),
        "Share with the event, if none who left had had it".to_owned(),
        share(all.diseased, all.rows),
    );
    for (value, count) in &cohort.flow.by {
        let Count {
            rows,
            censored,
            diseased,
        } = *count;
        add(
            format!("rows/{value}"),
            format!("Rows of {value}"),
            counted(rows, rows),
        );
        add(
            format!("excluded/{value}"),
            format!("{left}, {value}"),
            counted(censored, rows),
        );
        add(
            format!("diseased/{value}"),
            format!("People with the event in time, {value}"),
            counted(diseased, rows - censored),
        );
    }
    evidence
}

/// A number of people is known exactly.
fn counted(count: u64, of: u64) -> Estimate {
    let exact = count as f64;
    Estimate::new(exact, (exact, exact), of, Level::DEFAULT, "count")
}

fn share(events: u64, n: u64) -> Estimate {
    if n == 0 {
        return Estimate::undefined(Undefined::NoCase, 0, Level::DEFAULT, "wilson");
    }
    let value = events as f64 / n as f64;
    Estimate::new(
        value,
        interval::wilson(events as f64, n as f64, Level::DEFAULT),
        n,
        Level::DEFAULT,
        "wilson",
    )
    .events(events)
}
