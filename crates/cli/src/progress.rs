//! How far a long reading has come: a line on the terminal, after a second.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Shorter work needs no word.
const QUIET: Duration = Duration::from_secs(1);

static ROWS: AtomicU64 = AtomicU64::new(0);
static STARTED: OnceLock<Instant> = OnceLock::new();
static LINE: OnceLock<ProgressBar> = OnceLock::new();

/// Takes in that so many rows were read. A table may be read more than once, so there is no end to count to.
pub fn read(rows: u64) {
    let all = ROWS.fetch_add(rows, Ordering::Relaxed) + rows;
    if STARTED.get_or_init(Instant::now).elapsed() > QUIET {
        LINE.get_or_init(line).set_position(all);
    }
}

/// Takes the line away, before something else is printed.
pub fn clear() {
    if let Some(line) = LINE.get() {
        line.finish_and_clear();
    }
}

/// It draws on stderr, and only if that is a terminal.
fn line() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {human_pos} rows read, {per_sec}");
    let line = ProgressBar::new_spinner();
    match style {
        Ok(style) => line.with_style(style),
        Err(_) => line,
    }
}
