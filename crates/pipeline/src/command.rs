use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// Bytes of output that are kept: the last ones, where a failure says why.
const LOG_BYTES_MAX: usize = 1 << 20;
/// How often a running command is looked at.
const GLANCE: Duration = Duration::from_millis(10);
/// Glances between the request to end and the end by force: two seconds.
const GLANCES_TO_END: u32 = 200;

/// A shell command and all that it is given.
pub struct Command<'a> {
    pub line: &'a str,
    pub folder: &'a Path,
    /// Nothing is inherited.
    pub environment: &'a [(String, String)],
    /// Asked all the time; once it is true the command and all that it started are ended.
    pub cancelled: &'a dyn Fn() -> bool,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub cancelled: bool,
    /// What it wrote to standard output and standard error, in the order it came; the last 1 MiB.
    pub log: String,
}

/// Runs commands; a test may run them in its head.
pub trait Runner: Send + Sync {
    /// Runs a command to its end.
    ///
    /// # Errors
    /// What kept it from being started or watched.
    fn run(&self, command: &Command) -> io::Result<Ended>;
}

/// Runs commands by `sh -c`, each in a process group of its own.
pub struct ShellRunner;

impl Runner for ShellRunner {
    fn run(&self, command: &Command) -> io::Result<Ended> {
        let (reader, writer) = io::pipe()?;
        let mut shell = std::process::Command::new("/bin/sh");
        shell
            .args(["-c", command.line])
            .current_dir(command.folder)
            .env_clear()
            .envs(
                command
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0);
        let mut child = shell.spawn()?;
        // Holds our ends of the pipe, without which its reader would wait for ever.
        drop(shell);
        let log = Arc::new(Mutex::new(Vec::new()));
        let listener = {
            let log = Arc::clone(&log);
            thread::spawn(move || listen(reader, &log))
        };
        let watched = watch(&mut child, command.cancelled);
        // What the command left running in its group would write to outs that count as finished.
        let swept = signal(&child, Signal::SIGKILL);
        let (status, cancelled) = watched?;
        swept?;
        // A process that left the group may hold the pipe open; its words are not waited for.
        for _ in 0..GLANCES_TO_END {
            if listener.is_finished() {
                break;
            }
            thread::sleep(GLANCE);
        }
        let log = log.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Ended {
            code: status.code(),
            cancelled,
            log: String::from_utf8_lossy(&log).into_owned(),
        })
    }
}

/// Waits for the end, and hastens it once cancelled.
fn watch(
    child: &mut Child,
    cancelled: &dyn Fn() -> bool,
) -> io::Result<(std::process::ExitStatus, bool)> {
    let mut asked = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status, asked.is_some()));
        }
        asked = match asked {
            None if cancelled() => {
                signal(child, Signal::SIGTERM)?;
                Some(0)
            }
            None => None,
            Some(GLANCES_TO_END) => {
                signal(child, Signal::SIGKILL)?;
                return Ok((child.wait()?, true));
            }
            Some(glances) => Some(glances + 1),
        };
        thread::sleep(GLANCE);
    }
}

/// Sends a signal to the whole group; a group that has ended is no error.
fn signal(child: &Child, signal: Signal) -> io::Result<()> {
    let group = i32::try_from(child.id()).map_err(io::Error::other)?;
    match killpg(Pid::from_raw(group), signal) {
        // macOS says EPERM of a group whose processes have all ended.
        Ok(()) | Err(Errno::ESRCH | Errno::EPERM) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// Keeps the last bytes of what comes.
fn listen(mut reader: io::PipeReader, log: &Mutex<Vec<u8>>) {
    let mut piece = [0; 8192];
    loop {
        let bytes = match reader.read(&mut piece) {
            Ok(0) => return,
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(&piece[..bytes]);
        let over = log.len().saturating_sub(LOG_BYTES_MAX);
        log.drain(..over);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn run(line: &str, cancelled: &dyn Fn() -> bool) -> Ended {
        let folder = tempfile::tempdir().expect("a folder");
        let environment = [
            ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
            ("WORD".to_owned(), "said".to_owned()),
        ];
        let command = Command {
            line,
            folder: folder.path(),
            environment: &environment,
            cancelled,
        };
        ShellRunner.run(&command).expect("sh runs")
    }

    #[test]
    fn a_command_has_its_words_kept_and_its_code_told() {
        let ended = run("echo one; echo two >&2; exit 3", &|| false);
        assert_eq!(ended.log, "one\ntwo\n");
        assert_eq!((ended.code, ended.cancelled), (Some(3), false));
    }

    #[test]
    fn a_command_has_the_environment_that_it_is_given_and_no_other() {
        let ended = run("echo $WORD; env | grep -c '^CARGO'", &|| false);
        assert_eq!(ended.log, "said\n0\n");
    }

    #[test]
    fn a_cancelled_command_ends_with_all_that_it_started() {
        let folder = tempfile::tempdir().expect("a folder");
        let mark = folder.path().join("mark");
        // The inner shell does not hear the request to end; only force on the whole group stops it.
        let line = format!(
            "trap '' TERM; (trap '' TERM; sleep 4; touch {}) & echo begun; wait",
            mark.display()
        );
        let glances = Cell::new(0);
        let ended = run(&line, &|| {
            glances.set(glances.get() + 1);
            glances.get() > 20
        });
        assert_eq!((ended.code, ended.cancelled), (None, true));
        assert_eq!(ended.log, "begun\n");
        thread::sleep(Duration::from_millis(2500));
        assert!(!mark.exists(), "a part of the command lived on");
    }

    #[test]
    fn what_a_finished_command_left_in_the_background_is_ended() {
        let ended = run("sleep 60 & echo done", &|| false);
        assert_eq!((ended.code, ended.log.as_str()), (Some(0), "done\n"));
    }

    #[test]
    fn of_a_long_log_the_end_is_kept() {
        let ended = run("head -c 2000000 /dev/zero | tr '\\0' x; echo end", &|| {
            false
        });
        assert_eq!(ended.log.len(), LOG_BYTES_MAX);
        assert!(ended.log.ends_with("xend\n"));
    }
}
