//! galen's own requirements, `docs/requirements/*.yaml`: each is shown by a test that exists, a command that is
//! understood or a measurement that was written down, or says why not yet.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use galen_spec::read;
use serde::{Deserialize, Serialize};

use super::texts;

/// How many requirements nothing shows yet. This number only falls.
const PENDING: usize = 0;

/// One sentence of what was asked.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    id: String,
    text: String,
    shown_by: Vec<Shown>,
    /// Why what is named does not exist yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<String>,
}

/// What shows that a requirement holds.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Shown {
    /// `stats::every_interval_holds_its_value`: the last part of the folder of the crate, and the test's name.
    Test(String),
    /// A command that a user types.
    Command(String),
    /// `docs/benchmarks.md#the-demo`: a page and the section of it that says what was measured. For times, which no
    /// test asserts.
    Measured(String),
}

/// What a requirement may point to.
#[derive(Default)]
struct Known {
    /// The names of all tests, by the folder of their crate.
    tests: BTreeMap<String, BTreeSet<String>>,
    /// The sections of the pages in `docs` that hold a number.
    measured: BTreeSet<String>,
}

impl Known {
    fn of_repository() -> Known {
        let pages = texts("docs");
        let pages = pages.iter().filter(|page| page.path.ends_with(".md"));
        Known {
            tests: tests(),
            measured: pages
                .flat_map(|page| measured(&page.path, &page.text))
                .collect(),
        }
    }
}

fn requirements() -> Vec<Requirement> {
    let mut all = Vec::new();
    for file in texts("docs/requirements") {
        let listed: Vec<Requirement> =
            read(&file.path, &file.text).unwrap_or_else(|found| panic!("{}: {found:?}", file.path));
        all.extend(listed);
    }
    assert!(all.len() > 90, "the requirements were not found");
    all
}

/// The names of all tests, by the folder of their crate.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for folder in ["crates", "adapters"] {
        for file in texts(folder)
            .iter()
            .filter(|file| file.path.ends_with(".rs"))
        {
            let name = file.path.split('/').nth(1).unwrap_or_default();
            let known = tests.entry(name.to_owned()).or_default();
            known.extend(tests_of(&file.text));
        }
    }
    tests
}

/// The names of the functions that stand under `#[test]`.
fn tests_of(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if line == "#[test]" || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let Some(rest) = line.split("fn ").nth(1).filter(|_| marked) {
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            names.push(name.to_owned());
            marked = false;
        }
    }
    names
}

/// The sections of a page in which a digit stands, as a link names them: `docs/benchmarks.md#start-up`.
fn measured(path: &str, page: &str) -> Vec<String> {
    let sections = page.split("\n## ").skip(1);
    let with_number = sections.filter_map(|section| {
        let (heading, body) = section.split_once('\n')?;
        let words = heading.trim().to_lowercase().replace(' ', "-");
        let is_measured = body.contains(|letter: char| letter.is_ascii_digit());
        is_measured.then(|| format!("{path}#{words}"))
    });
    with_number.collect()
}

/// What is wrong with a requirement; nothing if all that it names is there.
fn problems(requirement: &Requirement, known: &Known) -> Vec<String> {
    let id = &requirement.id;
    if requirement.shown_by.is_empty() {
        return vec![format!("{id}: nothing shows it")];
    }
    let missing = |shown: &Shown| match shown {
        Shown::Test(test) => {
            let (folder, name) = test.split_once("::").unwrap_or(("", test));
            let there = known
                .tests
                .get(folder)
                .is_some_and(|tests| tests.contains(name));
            (!there).then(|| format!("{id}: there is no test {test}"))
        }
        Shown::Measured(section) => (!known.measured.contains(section))
            .then(|| format!("{id}: nothing is measured in {section}")),
        Shown::Command(_) => None,
    };
    requirement.shown_by.iter().filter_map(missing).collect()
}

#[test]
fn every_requirement_is_shown_by_a_test_that_exists() {
    let known = Known::of_repository();
    let mut wrong = Vec::new();
    let mut pending = Vec::new();
    for requirement in requirements() {
        let found = problems(&requirement, &known);
        match &requirement.pending {
            Some(_) if found.is_empty() => wrong.push(format!(
                "{}: all that it names is there, so it is not pending",
                requirement.id
            )),
            Some(why) => pending.push(format!("{}: {} ({why})", requirement.id, requirement.text)),
            None => wrong.extend(found),
        }
    }
    println!("{} requirements are pending:", pending.len());
    pending.iter().for_each(|line| println!("  {line}"));
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(pending.len(), PENDING, "requirements that are pending");
}

#[test]
fn no_two_requirements_have_one_id_and_each_is_a_sentence() {
    let mut ids = BTreeSet::new();
    for requirement in requirements() {
        let id = &requirement.id;
        let number = id.strip_prefix('R').and_then(|rest| rest.split_once('-'));
        assert!(
            number.is_some_and(
                |(issue, number)| issue.parse::<u32>().is_ok() && number.parse::<u32>().is_ok()
            ),
            "{id} is not of the form R3-001"
        );
        assert!(requirement.text.ends_with('.'), "{id} is no sentence");
        assert!(ids.insert(id.clone()), "{id} stands twice");
    }
}

#[test]
fn every_command_of_a_requirement_is_understood() {
    for requirement in requirements() {
        for shown in &requirement.shown_by {
            let Shown::Command(command) = shown else {
                continue;
            };
            let mut words = command.split_whitespace();
            assert_eq!(words.next(), Some("galen"), "{}: {command}", requirement.id);
            let verb: Vec<&str> = words
                .clone()
                .take_while(|word| !word.starts_with('-'))
                .collect();
            let help = Command::new(env!("CARGO_BIN_EXE_galen"))
                .args(&verb)
                .arg("--help")
                .output()
                .expect("galen runs");
            assert!(help.status.success(), "{}: {command}", requirement.id);
            let help = String::from_utf8_lossy(&help.stdout);
            for option in words.filter(|word| word.starts_with('-')) {
                assert!(
                    help.contains(option),
                    "{}: {command} has no {option}",
                    requirement.id
                );
            }
        }
    }
}

/// A requirement that is shown by these.
fn shown_by(shown: impl IntoIterator<Item = Shown>) -> Requirement {
    Requirement {
        id: "R0-001".to_owned(),
        text: "It holds.".to_owned(),
        shown_by: shown.into_iter().collect(),
        pending: None,
    }
}

#[test]
fn a_requirement_without_its_test_is_found() {
    let known = Known {
        tests: BTreeMap::from([("stats".to_owned(), BTreeSet::from(["it_holds".to_owned()]))]),
        ..Known::default()
    };
    let asked = |tests: &[&str]| shown_by(tests.iter().map(|test| Shown::Test((*test).to_owned())));
    assert_eq!(
        problems(&asked(&["stats::it_holds"]), &known),
        Vec::<String>::new()
    );
    assert_eq!(problems(&asked(&[]), &known), ["R0-001: nothing shows it"]);
    assert_eq!(
        problems(&asked(&["stats::it_is_so", "store::it_holds"]), &known),
        [
            "R0-001: there is no test stats::it_is_so",
            "R0-001: there is no test store::it_holds"
        ]
    );
    assert_eq!(
        tests_of("#[test]\nfn a() {}\nfn b() {}\n    #[tokio::test]\n    async fn c() {}"),
        ["a", "c"]
    );
}

#[test]
fn a_requirement_that_nobody_measured_is_found() {
    let page =
        "# Benchmarks\n\nOf 2 cores.\n\n## Start-up\n\n4 ms\n\n## The first build\n\nNot yet.\n";
    let known = Known {
        measured: measured("docs/page.md", page).into_iter().collect(),
        ..Known::default()
    };
    let asked = |section: &str| shown_by([Shown::Measured(section.to_owned())]);
    assert_eq!(
        problems(&asked("docs/page.md#start-up"), &known),
        Vec::<String>::new()
    );
    for section in ["docs/page.md#the-first-build", "docs/page.md#the-demo"] {
        assert_eq!(
            problems(&asked(section), &known),
            [format!("R0-001: nothing is measured in {section}")]
        );
    }
}
