//! Lets the ledger of a demo folder grow, to measure commands on a long one:
//!
//!     cargo run --release -p galen-lifecycle --example grow_ledger -- galen-demo 1000000
//!
//! It repeats the window records that are there, under a key of its own: `galen verify` will say so.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use galen_control::Deed;
use galen_ledger::{Ledger, PrivateKey};
use galen_lifecycle::statement::{envelope_of, record_of};
use galen_store::{Digest, Disk, FolderDisk};

/// Records a single append.
const BATCH: u64 = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, size] = arguments.as_slice() else {
        return Err("usage: grow_ledger FOLDER RECORDS".into());
    };
    let size: u64 = size.parse()?;
    let store: Arc<dyn Disk> = Arc::new(FolderDisk::open(format!("{folder}/.galen"))?);
    let seed = String::from_utf8(store.read("secret/system.key")?)?;
    let system = PrivateKey::from_seed(
        format!("sha256:{}", seed.trim())
            .parse::<Digest>()?
            .as_bytes(),
    );
    let stranger = PrivateKey::from_seed(&[7; 32]);
    let mut ledger = Ledger::open(store)?;
    let windows: Vec<_> = ledger
        .entries(0..ledger.size())?
        .iter()
        .filter_map(|entry| Some(record_of(entry).ok()?.1))
        .filter(|record| matches!(record.deed, Deed::Window(_)))
        .collect();
    let started = Instant::now();
    let mut next = windows.iter().cycle();
    while ledger.size() < size {
        let count = BATCH.min(size - ledger.size());
        let entries: Vec<Vec<u8>> = next
            .by_ref()
            .take(count as usize)
            .map(|record| envelope_of(record, &stranger).to_bytes())
            .collect();
        if entries.is_empty() {
            return Err("the ledger has no window record to repeat".into());
        }
        ledger.append(&entries, &system)?;
    }
    println!(
        "{} records after {:.1} s",
        ledger.size(),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}
