//! What a command gives: a document for programs and a text for people, or a failure.

use crate::reading::Broken;
use galen_lifecycle::{ActError, IdentityError};
use galen_spec::Diagnostic;
use galen_store::{ArtifactError, DiskError};
use serde_json::{Map, Value, json};

/// The result of a command.
pub struct Report {
    /// The command, as in `"kind"`.
    pub kind: &'static str,
    pub document: Map<String, Value>,
    /// What a person reads, without a last line break.
    pub text: String,
    /// Whether the judgement is positive; if not, the exit code is 1.
    pub ok: bool,
    /// Whether something of the input could not be read, and nothing said that it may be left out; the exit code is then 2.
    pub incomplete: bool,
}

impl Report {
    /// A result with a document and a text.
    pub fn new(kind: &'static str, document: Value, text: impl Into<String>) -> Report {
        let document = match document {
            Value::Object(map) => map,
            other => Map::from_iter([("value".to_owned(), other)]),
        };
        Report {
            kind,
            document,
            text: text.into(),
            ok: true,
            incomplete: false,
        }
    }

    /// The same result with the files that could not be read; unless they may be left out, the exit code is 2.
    pub fn without(mut self, broken: &[Broken], may_be: bool) -> Report {
        if broken.is_empty() {
            return self;
        }
        self.document.insert("skipped".to_owned(), json!(broken));
        let lines = broken
            .iter()
            .map(|one| format!("  {}: {}", one.file, one.why));
        let lines: Vec<_> = lines.collect();
        self.text.push_str(&format!(
            "\n{} file(s) could not be read and are left out{}:\n{}",
            broken.len(),
            if may_be {
                ""
            } else {
                " (--skip-bad makes this no error)"
            },
            lines.join("\n")
        ));
        self.incomplete = !may_be;
        self
    }

    /// The same result with what could not be done to the end; the exit code is 2.
    pub fn unfinished(mut self, why: &str) -> Report {
        self.text.push_str(&format!("\n{why}"));
        self.incomplete = true;
        self
    }

    /// The same result with a judgement.
    pub fn judged(self, ok: bool) -> Report {
        Report { ok, ..self }
    }

    /// The exit code.
    pub fn exit(&self) -> u8 {
        if self.incomplete {
            return 2;
        }
        u8::from(!self.ok)
    }

    /// The JSON document.
    pub fn json(&self) -> Value {
        let mut all = Map::new();
        all.insert("kind".to_owned(), json!(self.kind));
        all.insert("galen".to_owned(), json!(env!("CARGO_PKG_VERSION")));
        all.extend(self.document.clone());
        Value::Object(all)
    }
}

/// Why a command was not done.
pub struct Failure {
    pub code: String,
    pub message: String,
    pub help: Option<String>,
    pub at: Option<Value>,
    /// Several mistakes with their places, and the text that shows them.
    pub diagnostics: Vec<Diagnostic>,
    pub shown: Option<String>,
    pub exit: u8,
}

impl Failure {
    /// The input or usage is wrong.
    pub fn usage(code: &str, message: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure {
            code: code.to_owned(),
            message: message.into(),
            help: Some(help.into()),
            at: None,
            diagnostics: Vec::new(),
            shown: None,
            exit: 2,
        }
    }

    /// The environment failed.
    pub fn environment(code: &str, message: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure {
            exit: 3,
            ..Failure::usage(code, message, help)
        }
    }

    /// The user asked to stop.
    pub fn interrupted() -> Failure {
        Failure {
            exit: 130,
            ..Failure::usage("cancelled", "stopped before the end", "run it again")
        }
    }

    /// The JSON document.
    pub fn json(&self) -> Value {
        let mut document = json!({
            "kind": "error",
            "galen": env!("CARGO_PKG_VERSION"),
            "code": self.code,
            "message": self.message,
            "help": self.help,
        });
        if let (Some(at), Some(map)) = (&self.at, document.as_object_mut()) {
            map.insert("at".to_owned(), at.clone());
        }
        if let (false, Some(map)) = (self.diagnostics.is_empty(), document.as_object_mut()) {
            map.insert("diagnostics".to_owned(), json!(self.diagnostics));
        }
        document
    }

    /// The words for a person.
    pub fn text(&self) -> String {
        if let Some(shown) = &self.shown {
            return shown.clone();
        }
        let mut text = format!("error[{}]: {}", self.code, self.message);
        if let Some(at) = &self.at {
            let file = at["file"].as_str().unwrap_or_default();
            let place = ["line", "column"].iter().map_while(|key| at[*key].as_u64());
            let place: String = place.map(|number| format!(":{number}")).collect();
            text.push_str(&format!("\n  at {file}{place}"));
        }
        if let Some(help) = &self.help {
            text.push_str(&format!("\nhelp: {help}"));
        }
        text
    }
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Failure {
        let message = error.to_string();
        match error {
            ActError::Refused(refusal) => {
                // What is not there was named wrongly; any other refusal is about the state.
                let exit = if refusal.code == "refused.unknown" {
                    2
                } else {
                    1
                };
                let plain = Failure::usage(&refusal.code, refusal.message, refusal.help);
                Failure { exit, ..plain }
            }
            ActError::Declared(found) => declared(found, 2),
            ActError::Input {
                code,
                message,
                help,
            } => Failure::usage(code, message, help),
            ActError::Identity(error) => identity(error),
            ActError::Disk(error) => disk(&error),
            ActError::Artifact(ArtifactError::Disk(error)) => disk(&error),
            ActError::Append(galen_ledger::AppendError::Disk(error)) => disk(&error),
            ActError::Log(galen_ledger::ReadError::Disk(error)) => disk(&error),
            ActError::Artifact(_) => broken("artifact", message),
            ActError::Append(_) | ActError::Log(_) => broken("ledger", message),
            ActError::Record { .. } => broken("ledger", message),
            ActError::Frozen { .. } => broken("frozen_file", message),
            ActError::Cancelled => Failure {
                message,
                ..Failure::interrupted()
            },
        }
    }
}

/// Mistakes in declared files.
pub fn declared(found: Vec<Diagnostic>, exit: u8) -> Failure {
    let first = found.first();
    Failure {
        code: first.map_or_else(|| "declared".to_owned(), |one| one.id.clone()),
        message: first.map(|one| one.message.clone()).unwrap_or_default(),
        help: first.and_then(|one| one.help.clone()),
        at: first.map(|one| json!(one.at)),
        shown: None,
        diagnostics: found,
        exit,
    }
}

fn broken(code: &str, message: String) -> Failure {
    let plain = Failure::usage(code, message, "see all that is wrong: galen verify");
    Failure { exit: 1, ..plain }
}

fn identity(error: IdentityError) -> Failure {
    let message = error.to_string();
    match error {
        IdentityError::Disk(error) => disk(&error),
        IdentityError::NoKey { person, .. } => Failure::usage(
            "no_key",
            message,
            format!("make one: galen key new {person}; or name the folder: --keys DIR"),
        ),
        IdentityError::WrongPassphrase { .. } => {
            Failure::usage("wrong_passphrase", message, "give the right passphrase")
        }
        IdentityError::NoPassphrase { .. } => Failure::usage(
            "no_passphrase",
            message,
            "use a terminal, or --passphrases FILE",
        ),
        IdentityError::Exists { .. } => {
            Failure::usage("key_exists", message, "use the key that is there")
        }
        IdentityError::Damaged { .. } => {
            Failure::usage("key_damaged", message, "put the key back from a backup")
        }
    }
}

fn disk(error: &DiskError) -> Failure {
    let code = match error {
        DiskError::NotFound { .. } => "file_not_found",
        DiskError::Full { .. } => "disk_full",
        DiskError::Denied { .. } => "permission",
        DiskError::Held { .. } => "locked",
        DiskError::BadPath { .. } => "bad_path",
        DiskError::Other { .. } => "disk",
    };
    Failure::environment(
        code,
        error.to_string(),
        "nothing was recorded; do this again when it is mended",
    )
}
