//! Sessions of browsers, in memory: a restart ends them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use galen_lifecycle::Entropy;
use galen_store::Digest;
use jiff::Timestamp;

use super::{random, same};

/// How long a session lasts at most: a working day.
pub(crate) const SESSION_SECONDS: i64 = 12 * 60 * 60;
/// How many there may be; the one that ends first makes room.
const SESSIONS_MAX: usize = 1000;

#[derive(Default)]
pub(crate) struct Sessions {
    /// By the digest of the session's id, so that memory holds nothing that could be presented.
    open: Mutex<BTreeMap<Digest, Session>>,
}

#[derive(Clone)]
struct Session {
    ends: Timestamp,
    /// The token that it was opened with.
    token: Digest,
}

impl Sessions {
    /// Opens a session and gives the id that the browser keeps.
    pub fn open(&self, token: Digest, now: Timestamp, entropy: &dyn Entropy) -> String {
        let id = random(entropy);
        let ends = now
            .checked_add(jiff::SignedDuration::from_secs(SESSION_SECONDS))
            .unwrap_or(Timestamp::MAX);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| session.ends > now);
        while open.len() >= SESSIONS_MAX {
            let first = open
                .iter()
                .min_by_key(|(_, session)| session.ends)
                .map(|(id, _)| *id);
            let Some(first) = first else { break };
            open.remove(&first);
        }
        open.insert(Digest::of(id.as_bytes()), Session { ends, token });
        id
    }

    /// The token behind a session that has not ended.
    pub fn token(&self, id: &str, now: Timestamp) -> Option<Digest> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked up by a digest, whose order tells nothing about the id.
        let session = open.get(&Digest::of(id.as_bytes()))?;
        (session.ends > now).then_some(session.token)
    }

    /// Ends a session.
    pub fn close(&self, id: &str) {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&Digest::of(id.as_bytes()));
    }
}

/// What a form of this session carries, which another site cannot know.
pub(crate) fn form_secret(id: &str) -> String {
    Digest::of(format!("form of session {id}").as_bytes()).hex()
}

/// Whether a form came from a page of this session.
pub(crate) fn is_form_of(id: &str, said: &str) -> bool {
    same(
        &Digest::of(form_secret(id).as_bytes()),
        &Digest::of(said.as_bytes()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn a_session_ends_by_time_and_by_logging_out() {
        let (sessions, entropy) = (Sessions::default(), Counting(0.into()));
        let token = Digest::of(b"token");
        let (a, b) = (
            sessions.open(token, at(0), &entropy),
            sessions.open(token, at(0), &entropy),
        );
        assert_ne!(a, b);
        assert_eq!(sessions.token(&a, at(SESSION_SECONDS - 1)), Some(token));
        assert_eq!(sessions.token(&a, at(SESSION_SECONDS)), None);
        sessions.close(&b);
        assert_eq!(sessions.token(&b, at(1)), None);
        assert_eq!(sessions.token("", at(1)), None);
    }

    #[test]
    fn the_newest_session_finds_room() {
        let sessions = Sessions::default();
        let mut last = String::new();
        for n in 0..SESSIONS_MAX as u64 + 5 {
            struct Of(u64);
            impl Entropy for Of {
                fn fill(&self, bytes: &mut [u8]) {
                    bytes[..8].copy_from_slice(&self.0.to_le_bytes());
                }
            }
            last = sessions.open(Digest::of(b"t"), at(n as i64), &Of(n));
        }
        assert!(sessions.token(&last, at(2000)).is_some());
        assert_eq!(
            sessions.open.lock().expect("not poisoned").len(),
            SESSIONS_MAX
        );
    }

    #[test]
    fn a_form_belongs_to_one_session() {
        assert!(is_form_of("a", &form_secret("a")));
        assert!(!is_form_of("a", &form_secret("b")) && !is_form_of("a", ""));
    }
}
