//! What a profile costs, without the rest of galen: `profile FILE [JOBS]`, measured by `time`.

use std::error::Error;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use galen_table::profile::{ProfileOptions, profile};
use galen_table::scan::Pace;
use galen_table::{Format, ReadOptions, Source, open};

struct File(std::fs::File, u64);

impl Source for File {
    fn len(&self) -> u64 {
        self.1
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> std::io::Result<()> {
        self.0.read_exact_at(into, offset)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("name a file")?;
    let jobs = args.next().map_or(Ok(1), |jobs| jobs.parse())?;
    let pace = Pace {
        jobs,
        ..Pace::ALONE
    };
    let file = std::fs::File::open(&path)?;
    let length = file.metadata()?.len();
    let source = Arc::new(File(file, length));
    let options = ReadOptions::default();
    let scan = open(source, Format::of_name(&path), &options, pace)?;
    let started = std::time::Instant::now();
    let state = profile(scan.as_ref(), &ProfileOptions::default(), pace)?;
    let gathered = started.elapsed();
    let text = serde_json::to_string(&state.describe())?;
    println!("{text}");
    eprintln!(
        "gathered in {gathered:?}, described in {:?}",
        started.elapsed() - gathered
    );
    Ok(())
}
