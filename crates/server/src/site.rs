//! What every request can reach.

use std::sync::Arc;
use std::time::Duration;

use galen_lifecycle::Project;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::account::{Attempts, Sessions};
use crate::failure::Failure;
use crate::meter::Meter;
use crate::serve::Options;
use crate::watch::{Live, Seen, Standing, Watch};

/// Requests that compute or read at the same time; more of them wait their turn.
const WORK_AT_ONCE: usize = 32;

pub(crate) struct Site {
    pub project: Arc<Project>,
    pub watch: Watch,
    pub sessions: Sessions,
    pub attempts: Attempts,
    pub meter: Meter,
    pub slow_failures: Duration,
    pub request_time_max: Duration,
    work: Semaphore,
}

impl Site {
    pub fn new(project: Arc<Project>, options: &Options) -> Arc<Site> {
        Arc::new(Site {
            watch: Watch::new(project.clone(), options.last_verified_for),
            project,
            sessions: Sessions::default(),
            attempts: Attempts::default(),
            meter: Meter::default(),
            slow_failures: options.slow_failures,
            request_time_max: options.request_time_max,
            work: Semaphore::new(WORK_AT_ONCE),
        })
    }

    pub fn now(&self) -> Timestamp {
        self.project.ports.clock.now()
    }

    /// Does something that reads files or computes, away from the threads that answer.
    pub async fn work<T: Send + 'static>(
        self: &Arc<Site>,
        act: impl FnOnce(&Site) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let closed = || Failure::unavailable("the server is shutting down");
        let _turn = self.work.acquire().await.map_err(|_| closed())?;
        let site = self.clone();
        // A mistake of ours that panics ends this request with a sentence, not the connection.
        let mistake =
            |_| Failure::broken("galen made a mistake with this request; nothing was changed");
        tokio::task::spawn_blocking(move || act(&site))
            .await
            .map_err(mistake)?
    }

    /// What holds now.
    pub fn see(&self) -> Result<Seen, Failure> {
        self.watch
            .see()
            .map_err(|unseen| Failure::unavailable(unseen.to_string()))
    }

    /// The live model.
    pub fn live(seen: &Seen) -> Result<Arc<Live>, Failure> {
        match &seen.view.standing {
            Standing::Live(live) => Ok(live.clone()),
            Standing::Nothing => Err(Failure::unavailable(
                "no release is live, so there is no model to ask",
            )),
            Standing::Unusable(why) => Err(Failure::unavailable(why.clone())),
        }
    }
}
