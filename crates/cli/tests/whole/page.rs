//! Pages whose commands are executed in order, and what they print compared line by line.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::typed::GALEN;

/// A command of a page with what it prints there.
struct Typed {
    line: usize,
    command: String,
    expected: Vec<String>,
}

/// The commands in the blocks that are fenced as `console`.
fn typed(page: &str) -> Vec<Typed> {
    let (mut all, mut inside) = (Vec::<Typed>::new(), false);
    for (number, line) in (1..).zip(page.lines()) {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            all.push(Typed {
                line: number,
                command: command.to_owned(),
                expected: Vec::new(),
            });
        } else if let (true, Some(last)) = (inside, all.last_mut()) {
            last.expected.push(line.to_owned());
        }
    }
    all
}

/// Whether a line is as expected, where `…` stands for anything.
fn fits(expected: &str, line: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut open = false;
    for part in parts {
        open = part.is_empty();
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    open || rest.is_empty()
}

/// Whether lines are as expected, where a line that is only `…` stands for any number of lines.
fn all_fit(expected: &[String], lines: &[&str]) -> bool {
    match (expected.split_first(), lines.split_first()) {
        (None, None) => true,
        (Some((first, more)), _) if first == "…" => {
            (0..=lines.len()).any(|skipped| all_fit(more, &lines[skipped..]))
        }
        (Some((first, more)), Some((line, rest))) => fits(first, line) && all_fit(more, rest),
        _ => false,
    }
}

/// Runs all commands of a page where `place` is; with UPDATE=1 what they print takes the place of what stands there. Returns how many
/// commands there are.
#[track_caller]
pub fn run(name: &str, place: &Path) -> usize {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    let mut page = fs::read_to_string(&file).expect("the page is there");
    let beside = Path::new(GALEN)
        .parent()
        .expect("the binary lies in a folder");
    let path = format!(
        "{}:{}",
        beside.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let commands = typed(&page);
    let mut standing = String::new();
    for one in &commands {
        // Where a user stands and what is exported lasts; each command is a shell of its own.
        let lasts = one.command.starts_with("cd ") || one.command.starts_with("export ");
        let line = format!("{standing}{}", one.command);
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1; {line}")])
            .current_dir(place)
            .env("PATH", &path)
            .env("HOME", place)
            .env_remove("GALEN_PERSON")
            .output()
            .expect("sh is there");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        let lines: Vec<&str> = said.lines().collect();
        if std::env::var_os("UPDATE").is_some()
            && !one.expected.iter().any(|line| line.contains('…'))
        {
            let block = |lines: &str| format!("$ {}\n{lines}", one.command);
            let before = one
                .expected
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>();
            page = page.replacen(&block(&before), &block(&said), 1);
        } else {
            assert!(
                all_fit(&one.expected, &lines),
                "docs/{name}:{}: `{}` printed\n{said}\nexpected\n{}",
                one.line,
                one.command,
                one.expected.join("\n")
            );
        }
        if lasts {
            standing = format!("{line} && ");
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, page).expect("the page can be written");
    }
    commands.len()
}

#[test]
fn a_line_of_the_tutorial_fits_only_what_it_says() {
    assert!(fits(
        "Entry 1: the key of … is enrolled.",
        "Entry 1: the key of ada is enrolled."
    ));
    assert!(fits("…", ""));
    assert!(fits("a…", "abc"));
    assert!(!fits("a…c", "ab"));
    assert!(!fits("abc", "ab"));
    assert!(!fits("ab", "abc"));
    let expected = ["a", "…", "d"].map(str::to_owned);
    assert!(all_fit(&expected, &["a", "b", "c", "d"]));
    assert!(all_fit(&expected, &["a", "d"]));
    assert!(!all_fit(&expected, &["a", "b"]));
}
