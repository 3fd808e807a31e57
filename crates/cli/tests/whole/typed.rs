//! What a user typed, and what came of it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The binary under test.
pub const GALEN: &str = env!("CARGO_BIN_EXE_galen");

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// `None` if a signal ended it.
    pub exit: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// What a process left.
    pub fn of(output: &Output) -> Ended {
        Ended {
            exit: output.status.code(),
            out: String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8"),
            err: String::from_utf8(output.stderr.clone()).expect("stderr is UTF-8"),
        }
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.out) {
            Ok(document) => document,
            Err(error) => panic!("stdout is not one JSON document ({error}): {self:?}"),
        }
    }

    /// The same, if the exit code is the expected one.
    #[track_caller]
    pub fn exits(self, code: i32) -> Ended {
        assert_eq!(self.exit, Some(code), "{self:#?}");
        self
    }

    /// The error document, if the exit code and the error's code are the expected ones.
    #[track_caller]
    pub fn fails(self, exit: i32, code: &str) -> Value {
        let ended = self.exits(exit);
        let document = ended.json();
        assert_eq!(document["kind"], "error", "{document:#}");
        assert_eq!(document["code"], code, "{document:#}");
        for key in ["message", "help", "galen"] {
            assert!(document[key].is_string(), "no {key}: {document:#}");
        }
        assert!(!ended.err.is_empty(), "nothing is said in words");
        document
    }
}

/// `galen` in a folder, before it is started: the keys are in `keys`, nothing comes from the environment of the test.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(GALEN);
    command
        .args(arguments)
        .current_dir(folder)
        .env("GALEN_KEYS", "keys")
        .env("GALEN_PASSPHRASES", "keys/passphrases")
        .env_remove("GALEN_PERSON")
        .env_remove("COLUMNS")
        .stdin(Stdio::null());
    command
}

/// Runs `galen` in a folder with keys.
#[track_caller]
pub fn galen(folder: &Path, arguments: &[&str]) -> Ended {
    Ended::of(
        &command(folder, arguments)
            .output()
            .expect("galen is started"),
    )
}

/// Runs `galen` where there are no keys and no passphrases.
#[track_caller]
pub fn bare(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = command(folder, arguments);
    command
        .env_remove("GALEN_KEYS")
        .env_remove("GALEN_PASSPHRASES")
        .env("HOME", folder)
        .env_remove("XDG_CONFIG_HOME");
    Ended::of(&command.output().expect("galen is started"))
}
