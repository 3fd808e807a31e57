//! What a validation costs, without the rest of galen: `validate FILE SUITE.yaml [JOBS]`, measured by `time`.

use std::error::Error;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use galen_spec::suite::Suite;
use galen_table::accumulator::Keep;
use galen_table::expectation::{NoOthers, types_of, validate_scan};
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
    let suite = std::fs::read_to_string(args.next().ok_or("name a suite")?)?;
    let suite: Suite = galen_spec::read("suite.yaml", &suite).map_err(|found| {
        found
            .iter()
            .map(|one| one.message.clone())
            .collect::<String>()
    })?;
    let jobs = args.next().map_or(Ok(2), |jobs| jobs.parse())?;
    let pace = Pace {
        jobs,
        ..Pace::ALONE
    };
    let file = std::fs::File::open(&path)?;
    let length = file.metadata()?.len();
    let source = Arc::new(File(file, length));
    let scan = open(
        source,
        Format::of_name(&path),
        &ReadOptions {
            find_types: types_of(&suite.expectations),
            ..ReadOptions::default()
        },
        pace,
    )?;
    let asked = &suite.expectations;
    let results = validate_scan(scan.as_ref(), asked, &NoOthers, Keep::Examples, pace)?;
    for one in results {
        let found = one.unexpected.map_or(one.observed, Into::into);
        println!("{} {} {found}", one.id, one.ok);
    }
    Ok(())
}
