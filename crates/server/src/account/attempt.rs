//! Failed log-ins, counted by where they come from.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Failures in a row from one address before it must wait.
const FAILURES_MAX: u32 = 5;
/// How long it must wait, in seconds.
pub(crate) const WAIT_SECONDS: i64 = 60;
/// Addresses that are remembered; beyond it all are forgotten, since remembering must not cost all memory.
const ADDRESSES_MAX: usize = 10_000;

#[derive(Default)]
pub(crate) struct Attempts(Mutex<BTreeMap<Option<IpAddr>, (u32, Timestamp)>>);

impl Attempts {
    /// Whether this address may try now.
    pub fn may_try(&self, from: Option<IpAddr>, now: Timestamp) -> bool {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get(&from).is_none_or(|(count, last)| {
            *count < FAILURES_MAX || now.as_second() - last.as_second() >= WAIT_SECONDS
        })
    }

    /// Remembers a failure.
    pub fn failed(&self, from: Option<IpAddr>, now: Timestamp) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= ADDRESSES_MAX && !failed.contains_key(&from) {
            failed.clear();
        }
        let (count, last) = failed.entry(from).or_insert((0, now));
        if now.as_second() - last.as_second() >= WAIT_SECONDS {
            *count = 0;
        }
        (*count, *last) = (*count + 1, now);
    }

    /// Forgets the failures of an address that knew the token.
    pub fn succeeded(&self, from: Option<IpAddr>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_five_times_waits_a_minute_and_others_do_not() {
        let at = |second| Timestamp::from_second(second).expect("in range");
        let (attempts, here) = (
            Attempts::default(),
            Some("10.0.0.1".parse().expect("an address")),
        );
        for second in 0..4 {
            attempts.failed(here, at(second));
        }
        assert!(attempts.may_try(here, at(4)));
        attempts.failed(here, at(4));
        assert!(!attempts.may_try(here, at(5)) && attempts.may_try(None, at(5)));
        assert!(attempts.may_try(here, at(4 + WAIT_SECONDS)));
        attempts.succeeded(here);
        assert!(attempts.may_try(here, at(5)));
    }
}
