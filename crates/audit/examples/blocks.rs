//! Prints a paper as galen reads it, one block a line: `cargo run -p galen-audit --example blocks -- paper.pdf`.

use std::process::ExitCode;

use galen_audit::{Kind, read};

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("Give the path of a paper.");
        return ExitCode::from(2);
    };
    let paper = match std::fs::read(&path) {
        Ok(bytes) => read(&bytes, &path),
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::from(2);
        }
    };
    match paper {
        Ok(paper) => {
            for block in &paper.blocks {
                let page = block.page.map_or(String::new(), |page| page.to_string());
                let section = block.section.join(" > ");
                let kind = kind(&block.kind);
                println!("{page:>4} {kind:<12} [{section}] {}", paper.words(block));
            }
            for warning in &paper.warnings {
                eprintln!("{warning}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Heading { level } => format!("heading {level}"),
        Kind::Caption { label, .. } => format!("<{label}>"),
        other => format!("{other:?}").to_lowercase(),
    }
}
