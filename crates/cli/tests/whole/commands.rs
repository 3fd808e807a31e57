//! `docs/commands.md` is what the help of every command says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::typed::bare;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/commands.md");
const HEAD: &str = "\
# Commands

What `galen --help` and the help of every command say. This page is rendered from them: after a change of the command
line, `UPDATE=1 cargo test -p galen --test whole commands` writes it anew. Options of `galen` itself may stand behind
every command and are shown once.

";

/// The help of a command.
fn help(words: &[&str]) -> String {
    let place = TempDir::new().expect("a folder");
    let arguments = [words, &["--help"]].concat();
    let ended = bare(place.path(), &arguments).exits(0);
    let trimmed: Vec<&str> = ended.out.lines().map(str::trim_end).collect();
    trimmed.join("\n").trim().to_owned()
}

/// The commands below one, as its help lists them.
fn below(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with(' '))
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// An option, such as `--as <ID>`, with the lines that say what it is.
fn entries(help: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in help.lines() {
        if line.trim_start().starts_with('-') || entries.is_empty() || !line.starts_with(' ') {
            entries.push(line.to_owned());
        } else if let Some(last) = entries.last_mut() {
            last.push('\n');
            last.push_str(line);
        }
    }
    entries
}

/// What names an option: its first line up to the description.
fn name(entry: &str) -> &str {
    let first = entry.lines().next().unwrap_or_default().trim();
    first.split("  ").next().unwrap_or_default()
}

fn render() -> String {
    let root = help(&[]);
    let general: BTreeSet<String> = entries(&root)
        .iter()
        .map(|entry| name(entry))
        .filter(|name| name.starts_with('-'))
        .map(str::to_owned)
        .collect();
    let mut page = format!("{HEAD}## galen\n\n```text\n{root}\n```\n");
    let mut ahead: Vec<Vec<String>> = below(&root).into_iter().map(|one| vec![one]).collect();
    ahead.reverse();
    while let Some(words) = ahead.pop() {
        let help = help(&words.iter().map(String::as_str).collect::<Vec<&str>>());
        let mut further = below(&help);
        further.reverse();
        ahead.extend(further.into_iter().map(|one| [&words[..], &[one]].concat()));
        let kept: Vec<String> = entries(&help)
            .into_iter()
            .filter(|entry| !general.contains(name(entry)))
            .collect();
        let kept = squeezed(&kept.join("\n"));
        page.push_str(&format!(
            "\n## galen {}\n\n```text\n{kept}\n```\n",
            words.join(" ")
        ));
    }
    page
}

/// Without a heading that lost its options, and without two empty lines in a row.
fn squeezed(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let after = lines.last().copied().unwrap_or_default();
        if !(line.is_empty() && (after.is_empty() || after == "Options:")) {
            lines.push(line);
        }
    }
    while lines
        .last()
        .is_some_and(|last| last.is_empty() || *last == "Options:")
    {
        lines.pop();
    }
    lines.join("\n")
}

#[test]
fn the_page_of_commands_says_what_their_help_says() {
    let rendered = render();
    let page = Path::new(PAGE);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(page, &rendered).expect("the page is written");
    }
    let written = fs::read_to_string(page).unwrap_or_default();
    assert!(
        written == rendered,
        "docs/commands.md is stale: UPDATE=1 cargo test -p galen --test whole commands"
    );
}

#[test]
fn every_command_says_what_it_does_and_help_begins_with_the_exit_codes() {
    let root = help(&[]);
    for code in ["0 done", "1 ", "2 ", "3 ", "130"] {
        assert!(
            root.contains(code),
            "`galen --help` does not explain {code}"
        );
    }
    let listed = below(&root);
    assert!(listed.len() > 15, "{listed:?}");
    for verb in &listed {
        let said = help(&[verb]);
        let first = said.lines().next().unwrap_or_default();
        assert!(first.len() > 10, "`galen {verb} --help` says `{first}`");
    }
}

/// The commands of a page, as far as they stand in its quotes: `galen data add|list` names two. What is written in
/// capitals, or with a `…`, stands for a word of the user.
fn named(page: &str) -> BTreeSet<Vec<String>> {
    let mut named = BTreeSet::new();
    for quoted in page.split('`').skip(1).step_by(2) {
        let Some(words) = quoted.strip_prefix("galen ") else {
            continue;
        };
        let words = words.replace("\\|", "|").replace(['[', ']'], "");
        let is_fixed = |word: &&str| {
            let mut letters = word.chars();
            letters.all(|letter| letter == '|' || letter.is_ascii_lowercase())
        };
        let all = words.split_whitespace();
        let verb: Vec<&str> = all.clone().take_while(is_fixed).collect();
        let options: Vec<&str> = all.filter(|word| word.starts_with('-')).collect();
        let (last, first) = verb.split_last().unwrap_or((&"", &[]));
        for last in last.split('|') {
            let all = first.iter().chain([&last]).chain(&options);
            let all = all.filter(|word| !word.is_empty());
            named.insert(all.map(|word| (*word).to_owned()).collect());
        }
    }
    named
}

#[test]
fn every_command_that_the_readme_names_is_understood() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let named = named(&fs::read_to_string(readme).expect("the README is there"));
    assert!(named.len() > 30, "{named:?}");
    for words in named {
        let (options, verb): (Vec<&str>, Vec<&str>) = words
            .iter()
            .map(String::as_str)
            .partition(|word| word.starts_with('-'));
        let said = help(&verb);
        let usage = format!("Usage: galen {}", verb.join(" "));
        assert!(said.contains(&usage), "README.md: {words:?}: {said}");
        for option in options {
            assert!(
                said.contains(option),
                "README.md: {words:?} has no {option}"
            );
        }
    }
}

#[test]
fn alternatives_in_a_page_are_commands_of_their_own() {
    let page = "`galen data add\\|show` and `galen verify [--trust F]`, `other`, `galen demo`";
    let named: Vec<String> = named(page).iter().map(|words| words.join(" ")).collect();
    assert_eq!(named, ["data add", "data show", "demo", "verify --trust"]);
}
