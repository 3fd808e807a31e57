//! The folded state kept between commands: a cache beside the checkpoint that it was folded up to, so that a command
//! folds only what came since. `galen verify` folds everything and compares.

use galen_control::State;
use galen_ledger::{Ledger, PublicKey, consistency};
use galen_store::{Disk, DiskError};
use serde::{Deserialize, Serialize};

pub(crate) const SNAPSHOT: &str = "cache/state.json";

#[derive(Serialize, Deserialize)]
struct Snapshot {
    checkpoint: String,
    state: State,
}

/// The state of the snapshot, if its checkpoint is one of this log.
pub(crate) fn load(store: &dyn Disk, ledger: &Ledger) -> Option<State> {
    let snapshot: Snapshot = serde_json::from_slice(&store.read(SNAPSHOT).ok()?).ok()?;
    if snapshot.checkpoint == ledger.checkpoint().render() {
        return (snapshot.state.entries == ledger.size()).then_some(snapshot.state);
    }
    let system: PublicKey = snapshot.state.system_key.parse().ok()?;
    let size = consistency(&snapshot.checkpoint, ledger, &system).ok()?;
    (snapshot.state.entries == size).then_some(snapshot.state)
}

/// Keeps the state of the whole log.
pub(crate) fn save(store: &dyn Disk, ledger: &Ledger, state: &State) -> Result<(), DiskError> {
    let snapshot = Snapshot {
        checkpoint: ledger.checkpoint().render().to_owned(),
        state: state.clone(),
    };
    let bytes = serde_json::to_vec(&snapshot)
        .expect("a state holds only text, numbers and maps with text keys");
    store.write(SNAPSHOT, &bytes)
}
