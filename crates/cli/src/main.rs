//! The binary `galen`: arguments, terminal, exit codes. It joins the crates and the adapters, and decides nothing.

mod args;
mod build_server;
mod command;
mod demo;
mod outside;
mod place;
mod progress;
mod reading;
mod report;
mod words;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::args::{Cli, Verb};
use crate::outside::World;
use crate::place::Place;
use crate::report::{Failure, Report};

fn main() -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error, wants_json),
    };
    outside::listen_for_stop();
    outside::keep_guarded_panics_quiet();
    let json = cli.json;
    let outcome = run(cli);
    progress::clear();
    match outcome {
        Ok(report) => {
            let text = if json {
                pretty(&report.json())
            } else {
                report.text.clone()
            };
            say(&text);
            ExitCode::from(report.exit())
        }
        Err(failure) => {
            if json {
                say(&pretty(&failure.json()));
            }
            eprintln!("{}", failure.text());
            ExitCode::from(failure.exit)
        }
    }
}

/// Runs one command.
fn run(cli: Cli) -> Result<Report, Failure> {
    if let Verb::Demo(demo) = &cli.verb {
        return demo::demo(demo, cli.json);
    }
    // As if started in the folder of -C: a relative path is seen from there.
    let start = cli.directory.clone().unwrap_or_default();
    let named = |option: &Option<PathBuf>, variable: &str| {
        let path = option
            .clone()
            .or_else(|| std::env::var_os(variable).map(PathBuf::from));
        path.map(|path| start.join(path))
    };
    let keys = named(&cli.keys, "GALEN_KEYS");
    let passphrases = named(&cli.passphrases, "GALEN_PASSPHRASES");
    let world = Arc::new(World::new(keys.as_deref(), passphrases.as_deref()));
    let person = cli
        .person
        .clone()
        .or_else(|| std::env::var("GALEN_PERSON").ok());
    execute(cli, person, world)
}

/// Runs one command in a world; the demo runs its commands through this as well.
pub(crate) fn execute(
    cli: Cli,
    person: Option<String>,
    world: Arc<World>,
) -> Result<Report, Failure> {
    let folder = cli.directory.clone().unwrap_or_else(|| PathBuf::from("."));
    if !folder.is_dir() {
        return Err(Failure::usage(
            "no_folder",
            format!("there is no folder {}", folder.display()),
            "name one that is there: -C DIR",
        ));
    }
    command::execute(
        cli.verb,
        &Place {
            folder,
            person,
            world,
        },
    )
}

/// Help, the version, or a mistake in the arguments.
fn usage(error: &clap::Error, json: bool) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if json {
        let (message, help) = words::mistake(&error.to_string());
        say(&pretty(&Failure::usage("usage", message, help).json()));
    }
    let _ = error.print();
    ExitCode::from(2)
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Prints on stdout; a reader that went away is no fault.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
