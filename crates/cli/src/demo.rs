//! `galen demo`: the whole lifecycle on real data, by the commands that a user would type.
//!
//! Every step is an argument list that goes through the same parser and the same verbs as the command line. The demo
//! itself only makes the folder, copies the data, and tells.

mod folder;
mod serve;
mod story;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;
use serde_json::{Value, json};

use crate::args::{Cli, Demo};
use crate::outside::{World, stopped};
use crate::report::{Failure, Report};
use crate::{execute, say};
use folder::Made;

/// Runs the demo.
///
/// # Errors
/// [`Failure`] if the folder is not the demo's own, the data are not found, or a step came out otherwise than it must.
pub fn demo(args: &Demo, quiet: bool) -> Result<Report, Failure> {
    let started = Instant::now();
    let made = folder::make(&args.dir, args.data.as_deref())?;
    let mut told = Telling::new(made, quiet);
    story::tell(&mut told)?;
    let seconds = started.elapsed().as_secs_f64();
    let shown = args.dir.display();
    let text = format!(
        "Done in {seconds:.1} s, in {shown}.\n\
         Open   {shown}/technical-file.html (or .pdf) and {shown}/gmlp.html; every number leads to its evidence.\n\
         Look   cd {shown} && galen serve, then open the address it prints; galen status, galen releases, galen monitor status.\n\
         Try    change one byte below {shown}/.galen and run galen verify; ask galen change sign for one's own proposal."
    );
    Ok(Report::new(
        "demo",
        json!({"dir": shown.to_string(), "seconds": seconds, "steps": told.steps}),
        text,
    ))
}

/// The demo's voice: runs commands, prints them with what they say, and counts.
pub struct Telling {
    made: Made,
    quiet: bool,
    world: Arc<World>,
    title: String,
    steps: Vec<Value>,
}

/// How a command must come out for the story to go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Must {
    /// Done with a positive judgement.
    Succeed,
    /// Done with a judgement of either kind, which is shown as it came out.
    Judge,
    /// Not be done, or be judged negative.
    Fail,
}

impl Telling {
    fn new(made: Made, quiet: bool) -> Telling {
        let keys = made.dir().join("keys");
        Telling {
            world: Arc::new(World::new(Some(&keys), Some(&keys.join("passphrases")))),
            made,
            quiet,
            title: String::new(),
            steps: Vec::new(),
        }
    }

    /// The folder of the demo.
    pub fn dir(&self) -> &Path {
        self.made.dir()
    }

    /// The world that the demo's commands share.
    pub fn world(&self) -> Arc<World> {
        self.world.clone()
    }

    /// Begins a chapter.
    pub fn chapter(&mut self, title: &str) {
        self.title = title.to_owned();
        self.print(&format!("\n{title}\n{}", "─".repeat(title.chars().count())));
    }

    /// Says something.
    pub fn print(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }

    /// Runs a command that must succeed.
    pub fn run(&mut self, arguments: &[&str]) -> Result<Value, Failure> {
        self.command(arguments, Must::Succeed)
    }

    /// Runs a command whose judgement is shown as it comes out.
    pub fn judge(&mut self, arguments: &[&str]) -> Result<Value, Failure> {
        self.command(arguments, Must::Judge)
    }

    /// Runs a command that must be refused or judged negative.
    pub fn refused(&mut self, arguments: &[&str]) -> Result<Value, Failure> {
        self.command(arguments, Must::Fail)
    }

    /// Notes a step that is no command.
    pub fn note(&mut self, what: &str, seconds: f64, document: Value) {
        self.steps.push(json!({"step": self.title, "command": what, "seconds": seconds, "exit": 0, "document": document}));
    }

    fn command(&mut self, arguments: &[&str], must: Must) -> Result<Value, Failure> {
        if stopped() {
            return Err(Failure {
                exit: 130,
                ..Failure::usage("cancelled", "the demo was stopped", "run it again")
            });
        }
        let typed = format!(
            "galen {}",
            arguments
                .iter()
                .map(|one| quoted(one))
                .collect::<Vec<String>>()
                .join(" ")
        );
        self.print(&format!("\n$ {typed}"));
        // The story names folders from within the demo's own.
        let (dir, arguments) = match arguments {
            ["-C", below, rest @ ..] => (self.dir().join(below), rest),
            all => (self.dir().to_path_buf(), all),
        };
        let dir = dir.display().to_string();
        let mut all = vec!["galen", "-C", &dir];
        all.extend(arguments);
        let cli = Cli::try_parse_from(all).map_err(|error| {
            Failure::usage("usage", error.to_string(), "this is a fault of the demo")
        })?;
        let started = Instant::now();
        let person = cli.person.clone();
        let outcome = execute(cli, person, self.world.clone());
        let seconds = started.elapsed().as_secs_f64();
        // Also what a command left that was not done is the demo's own.
        self.made.note()?;
        let (text, document, exit) = match outcome {
            Ok(report) => (report.text.clone(), report.json(), report.exit()),
            Err(failure) => {
                let as_it_must = must != Must::Succeed && failure.exit == 1;
                if !as_it_must {
                    return Err(failure);
                }
                (failure.text(), failure.json(), failure.exit)
            }
        };
        self.print(
            &text
                .lines()
                .map(|line| format!("  {line}"))
                .collect::<Vec<String>>()
                .join("\n"),
        );
        self.steps.push(json!({"step": self.title, "command": typed, "seconds": seconds, "exit": exit, "document": document}));
        match (must, exit) {
            (Must::Succeed, 0) | (Must::Judge, _) | (Must::Fail, 1) => Ok(document),
            (Must::Fail, _) => Err(unexpected(&typed, "was done, and it must be refused")),
            (Must::Succeed, _) => Err(unexpected(
                &typed,
                "was judged negative, and the story cannot go on",
            )),
        }
    }
}

fn unexpected(command: &str, what: &str) -> Failure {
    Failure {
        exit: 1,
        ..Failure::usage(
            "demo",
            format!("`{command}` {what}"),
            "please report this with the output above",
        )
    }
}

fn quoted(argument: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./@=:,".contains(letter);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("\"{argument}\"")
    }
}
