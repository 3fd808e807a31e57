use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is within the reading of a file by libraries: the program's panic hook then says nothing, since the
/// file is named as broken.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Calls what decodes bytes from outside; none if it panics. Decoders of images are large and not ours: one damaged file
/// among a thousand must not take the others with it. What was being read is not used afterwards.
pub(crate) fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(decode));
    GUARDED.set(before);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_no_answer_and_the_guard_ends() {
        assert_eq!(guarded(is_guarded), Some(true));
        let quiet = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let outcome = guarded(|| -> bool { panic!("at damaged bytes") });
        std::panic::set_hook(quiet);
        assert_eq!(outcome, None);
        assert!(!is_guarded());
    }
}
