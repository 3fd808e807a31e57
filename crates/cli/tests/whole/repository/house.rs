//! The house: which crate leans on which. `UPDATE=1` draws the arrows in `docs/architecture.md` anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::{root, sources};

/// The crates from the ground up. An arrow leads to a crate that stands before its own.
const HOUSE: [&str; 16] = [
    "galen-stats",
    "galen-store",
    "galen-spec",
    "galen-ledger",
    "galen-table",
    "galen-imaging",
    "galen-eval",
    "galen-model",
    "galen-monitor",
    "galen-control",
    "galen-pipeline",
    "galen-dossier",
    "galen-audit",
    "galen-lifecycle",
    "galen-server",
    "galen",
];

/// Where an adapter stands: on the crate whose trait it implements or whose type it reads, known by the binary alone.
const ADAPTERS: [(&str, &str); 6] = [
    ("galen-onnx", "galen-model"),
    ("galen-train", "galen-pipeline"),
    ("galen-pdf", "galen-dossier"),
    ("galen-tfdv", "galen-spec"),
    ("galen-cluster", "galen-table"),
    ("galen-chat", "galen-audit"),
];

/// The crates that each crate leans on when it is built. Tests may lean where they like, as nobody builds on them.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let leans_on = |package: &Value| {
        list(&package["dependencies"])
            .iter()
            .filter(|dependency| dependency["path"].is_string() && dependency["kind"] != "dev")
            .map(name)
            .collect()
    };
    let packages = list(&metadata["packages"]);
    packages
        .iter()
        .map(|package| (name(package), leans_on(package)))
        .collect()
}

fn wrong_arrows(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let floor = |name: &str| HOUSE.iter().position(|known| *known == name);
    let stands_on = |name: &str| ADAPTERS.iter().find(|(adapter, _)| *adapter == name);
    let mut wrong = Vec::new();
    for (from, to) in arrows {
        if let Some((_, ground)) = stands_on(from)
            && !to.contains(*ground)
        {
            wrong.push(format!("{from} does not stand on {ground}"));
        }
        // An adapter stands under the binary, and over every crate but the shell and what is above it.
        let own = match stands_on(from) {
            Some(_) => floor("galen-lifecycle"),
            None => floor(from),
        };
        let Some(own) = own else {
            wrong.push(format!("{from} has no place in the house"));
            continue;
        };
        for leaned_on in to {
            match floor(leaned_on) {
                Some(below) if below < own => {}
                Some(_) => wrong.push(format!("{from} -> {leaned_on} goes up")),
                None if from == "galen" && stands_on(leaned_on).is_some() => {}
                None => wrong.push(format!(
                    "{from} -> {leaned_on}: only the binary knows an adapter"
                )),
            }
        }
    }
    wrong
}

#[test]
fn no_arrow_of_the_house_goes_up() {
    let arrows = arrows();
    let names: BTreeSet<&str> = arrows.keys().map(String::as_str).collect();
    let planned = HOUSE
        .iter()
        .chain(ADAPTERS.iter().map(|(adapter, _)| adapter));
    assert_eq!(names, planned.copied().collect());
    assert_eq!(wrong_arrows(&arrows), Vec::<String>::new());
}

#[test]
fn an_arrow_that_goes_up_is_found() {
    let planted = |from: &str, to: &str| {
        let mut arrows = arrows();
        let leans_on = arrows.get_mut(from).expect("a crate of the house");
        leans_on.insert(to.to_owned());
        wrong_arrows(&arrows)
    };
    assert_eq!(
        planted("galen-stats", "galen-control"),
        ["galen-stats -> galen-control goes up"]
    );
    assert_eq!(
        planted("galen-pdf", "galen-lifecycle"),
        ["galen-pdf -> galen-lifecycle goes up"]
    );
    assert_eq!(
        planted("galen-lifecycle", "galen-onnx"),
        ["galen-lifecycle -> galen-onnx: only the binary knows an adapter"]
    );
    assert_eq!(
        planted("galen-control", "galen-stats"),
        Vec::<String>::new()
    );
}

const BEGIN: &str =
    "<!-- The arrows, drawn by UPDATE=1 cargo test -p galen --test whole house -->\n";
const END: &str = "<!-- End of the arrows -->\n";

#[test]
fn the_arrows_in_the_architecture_are_those_of_the_crates() {
    let short = |name: &str| match name {
        "galen" => "cli".to_owned(),
        _ => name.trim_start_matches("galen-").to_owned(),
    };
    let arrows = arrows();
    let mut drawn = String::from("| crate | leans on |\n|---|---|\n");
    for from in HOUSE
        .iter()
        .chain(ADAPTERS.iter().map(|(adapter, _)| adapter))
    {
        let all = HOUSE
            .iter()
            .chain(ADAPTERS.iter().map(|(adapter, _)| adapter));
        let to: Vec<String> = all
            .filter(|to| arrows[*from].contains(**to))
            .map(|to| short(to))
            .collect();
        let to = if to.is_empty() {
            "nothing".to_owned()
        } else {
            to.join(", ")
        };
        drawn.push_str(&format!("| {} | {to} |\n", short(from)));
    }
    let path = root().join("docs/architecture.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let (head, rest) = page.split_once(BEGIN).expect("the arrows have a beginning");
    let (_, tail) = rest.split_once(END).expect("the arrows have an end");
    let fresh = format!("{head}{BEGIN}\n{drawn}\n{END}{tail}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, fresh).expect("the page can be written");
    } else {
        assert!(
            page == fresh,
            "docs/architecture.md is stale: run `UPDATE=1 cargo test -p galen --test whole house`"
        );
    }
}

/// The statements of a `lib.rs` that are neither a module nor an export.
fn code_of(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//") && !line.starts_with("#["))
        .collect();
    let is_content = |statement: &str| {
        let item = statement
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub ");
        let (keyword, rest) = item.split_once(' ').unwrap_or((item, ""));
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let path = |c: char| word(c) || " :,{}*".contains(c);
        match keyword {
            "mod" => rest.chars().all(word),
            "use" => rest.chars().all(path),
            _ => false,
        }
    };
    let joined = lines.join(" ");
    joined
        .split(';')
        .map(str::trim)
        .filter(|statement| !statement.is_empty() && !is_content(statement))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_lib_file_is_a_page_of_contents() {
    for file in sources()
        .iter()
        .filter(|file| file.path.ends_with("/lib.rs"))
    {
        assert!(
            file.text.starts_with("//! "),
            "{} says not what it is for",
            file.path
        );
        assert_eq!(code_of(&file.text), Vec::<String>::new(), "{}", file.path);
    }
    let code = "//! A crate.\n\npub mod a;\npub use a::{B, C};\n\nfn main() { b(); }\n";
    assert_eq!(code_of(code), ["fn main() { b()", "}"]);
}

#[test]
fn a_module_is_named_by_what_it_is() {
    let nothing = [
        "utils", "util", "common", "helpers", "helper", "misc", "manager", "types", "mod",
    ];
    let named = |path: &str| {
        let parts = path.trim_end_matches(".rs").split('/');
        parts.skip(2).any(|part| nothing.contains(&part))
    };
    let wrong: Vec<String> = sources()
        .into_iter()
        .map(|file| file.path)
        .filter(|path| named(path))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(named("crates/stats/src/metric/mod.rs") && named("crates/table/src/utils/cell.rs"));
}

#[test]
fn a_file_can_be_held_in_the_head() {
    const LINES_MAX: usize = 800;
    let long: Vec<String> = sources()
        .iter()
        .filter(|file| file.text.lines().count() > LINES_MAX)
        .map(|file| format!("{}: {} lines", file.path, file.text.lines().count()))
        .collect();
    assert_eq!(long, Vec::<String>::new(), "look for the second noun");
}
