use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ReadError;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is within a library that may panic at damaged bytes: the program's panic hook then says nothing, since
/// the user gets an error.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Calls a library that decodes bytes from outside. The readers of Arrow check lengths by assertions: what they panic at is a
/// damaged file and becomes an error. Their state is not used afterwards.
pub(super) fn guarded<T>(what: &'static str, decode: impl FnOnce() -> T) -> Result<T, ReadError> {
    let before = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(decode));
    GUARDED.set(before);
    outcome.map_err(|_| ReadError::Columnar {
        what,
        why: "it is damaged; get it anew".to_owned(),
    })
}
