//! Holds what galen reads of PDFs against poppler's `pdftotext`, and against `paper.txt` beside a PDF where there is one.
//!
//! `cargo run --release -p galen-audit --example compare_poppler -- a.pdf b.pdf` prints a table in Markdown. For each file:
//! the words that the other text has and galen's has not, the other way round, how many of the lost are plain words of
//! four letters or more, and how often a passage of galen's jumps back in the other text: what mixed columns would do, in
//! either of the two. Seconds and peak memory are those of one process that reads the file and ends.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use galen_audit::{Kind, Paper, read};
use unicode_normalization::UnicodeNormalization;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [] => {
            eprintln!("Give the paths of PDFs.");
            ExitCode::from(2)
        }
        [flag, path] if flag == "--measure" => measure(path),
        paths => {
            println!(
                "| file | pages | against | words | lost | plain words lost | added | jumps back | seconds | peak MB |"
            );
            println!("|---|---:|---|---:|---:|---:|---:|---:|---:|---:|");
            for path in paths {
                rows(path);
            }
            ExitCode::SUCCESS
        }
    }
}

/// Reads one file in a process of its own, so that its memory is its own.
fn measure(path: &str) -> ExitCode {
    let bytes = std::fs::read(path).expect("the file can be read");
    let start = Instant::now();
    let paper = read(&bytes, path);
    let seconds = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|size| size.split_whitespace().next()?.parse::<f64>().ok())
        .unwrap_or(f64::NAN);
    println!("{seconds:.2} {:.0}", peak / 1024.0);
    drop(paper);
    ExitCode::SUCCESS
}

fn rows(path: &str) {
    let bytes = std::fs::read(path).expect("the file can be read");
    let paper = match read(&bytes, path) {
        Ok(paper) => paper,
        Err(error) => {
            println!("| {path} | {error} |");
            return;
        }
    };
    let own = Command::new(std::env::current_exe().expect("the program has a path"))
        .args(["--measure", path])
        .output()
        .expect("the program starts again");
    let own = String::from_utf8_lossy(&own.stdout)
        .trim()
        .replace(' ', " | ");
    let poppler = Command::new("pdftotext")
        .args(["-enc", "UTF-8", path, "-"])
        .output()
        .expect("pdftotext is installed");
    let poppler = String::from_utf8_lossy(&poppler.stdout).into_owned();
    row(path, &paper, "pdftotext", &poppler, &own);
    let beside = Path::new(path)
        .canonicalize()
        .expect("the file has a place");
    if let Ok(text) = std::fs::read_to_string(beside.with_file_name("paper.txt")) {
        row(path, &paper, "paper.txt", &text, &own);
    }
}

fn row(path: &str, paper: &Paper, against: &str, other: &str, own: &str) {
    let theirs = words(&joined(other));
    let ours = words(&paper.text);
    let (mut lost, mut added) = differences(&theirs, &ours);
    cancel_compounds(&mut lost, &mut added);
    let plain = |word: &&String| word.chars().count() >= 4 && word.chars().all(char::is_alphabetic);
    let path = Path::new(path);
    let stem = path.file_stem().unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name);
    // The shared papers are told apart by their folders.
    let name = Path::new(if stem == "paper" {
        folder.unwrap_or(stem)
    } else {
        stem
    });
    if std::env::var_os("SHOW").is_some() {
        eprintln!(
            "{} lost: {:?}",
            name.display(),
            lost.iter().filter(plain).collect::<Vec<_>>()
        );
    }
    println!(
        "| {} | {} | {against} | {} | {} | {} | {} | {} | {own} |",
        name.display(),
        paper.pages.unwrap_or(0),
        theirs.len(),
        lost.len(),
        lost.iter().filter(plain).count(),
        added.len(),
        jumps(paper, &theirs),
    );
}

/// Words that lines cut, joined; both texts then have the same words.
fn joined(text: &str) -> String {
    let text = text.replace('\u{ad}', "").replace('\u{2010}', "-");
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.trim_end().strip_suffix('-') {
            Some(cut) if cut.ends_with(char::is_alphabetic) => out.push_str(cut),
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

fn words(text: &str) -> Vec<String> {
    let text: String = text
        .nfkd()
        .filter(|c| !('\u{300}'..'\u{370}').contains(c))
        .collect();
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn differences(theirs: &[String], ours: &[String]) -> (Vec<String>, Vec<String>) {
    let mut counts: HashMap<&String, i64> = HashMap::new();
    for word in theirs {
        *counts.entry(word).or_default() += 1;
    }
    for word in ours {
        *counts.entry(word).or_default() -= 1;
    }
    let (mut lost, mut added) = (Vec::new(), Vec::new());
    for (word, count) in counts {
        let side = if count > 0 { &mut lost } else { &mut added };
        for _ in 0..count.abs() {
            side.push(word.clone());
        }
    }
    lost.sort();
    added.sort();
    (lost, added)
}

/// `multitask` against `multi-task`: a matter of the hyphen, no word lost.
fn cancel_compounds(lost: &mut Vec<String>, added: &mut Vec<String>) {
    lost.retain(|word| !take_parts(word, added));
    added.retain(|word| !take_parts(word, lost));
}

fn take_parts(word: &str, parts: &mut Vec<String>) -> bool {
    for (at, _) in word.char_indices().skip(1) {
        let (left, right) = word.split_at(at);
        let found = (
            parts.iter().position(|part| part == left),
            parts.iter().rposition(|part| part == right),
        );
        if let (Some(left), Some(right)) = found
            && left != right
        {
            parts.remove(left.max(right));
            parts.remove(left.min(right));
            return true;
        }
    }
    false
}

/// How often a passage goes back in the other text, by runs of three words that each text has once.
fn jumps(paper: &Paper, theirs: &[String]) -> usize {
    let places = once(theirs);
    let ours = words(&paper.text);
    let unique = once(&ours);
    let mut jumps = 0;
    for block in &paper.blocks {
        if matches!(block.kind, Kind::Row | Kind::Furniture) {
            continue;
        }
        let words = words(paper.words(block));
        let mut last = None;
        for run in words.windows(3) {
            if !unique.contains_key(run) {
                continue;
            }
            let Some(&place) = places.get(run) else {
                continue;
            };
            if last.is_some_and(|last| place < last) {
                jumps += 1;
                if std::env::var_os("SHOW").is_some() {
                    eprintln!("page {:?}, at {run:?}: {}", block.page, paper.words(block));
                }
            }
            last = Some(place);
        }
    }
    jumps
}

fn once(words: &[String]) -> HashMap<&[String], usize> {
    let mut places: HashMap<&[String], Option<usize>> = HashMap::new();
    for (at, run) in words.windows(3).enumerate() {
        places
            .entry(run)
            .and_modify(|place| *place = None)
            .or_insert(Some(at));
    }
    places
        .into_iter()
        .filter_map(|(run, place)| Some((run, place?)))
        .collect()
}
