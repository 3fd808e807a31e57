//! The tables that `--table` names, and what answers queries about them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use galen_table::expectation::Others;
use galen_table::scan::Scan;

use crate::args::DataValidate;
use crate::place::Place;
use crate::reading::scan_in;
use crate::report::Failure;

/// Other tables by their names, and an engine for queries if galen was built with one.
pub struct OtherTables {
    tables: BTreeMap<String, Arc<dyn Scan>>,
    #[cfg(feature = "cluster")]
    engine: galen_cluster::Engine,
}

impl OtherTables {
    /// Opens the tables that stand beside the one that is validated.
    pub fn read(
        args: &DataValidate,
        place: &Place,
        validated: &Arc<dyn Scan>,
    ) -> Result<Self, Failure> {
        let one = |text: &String| {
            let (name, file) = text.split_once('=').ok_or_else(|| {
                let message = format!("`--table {text}` has no `=`");
                Failure::usage("usage", message, "write --table NAME=FILE")
            })?;
            let opened = scan_in(&place.path(Path::new(file)), &args.reading, &[])?;
            Ok((name.to_owned(), Arc::from(opened.scan)))
        };
        let tables: BTreeMap<String, Arc<dyn Scan>> = args
            .tables
            .iter()
            .map(one)
            .collect::<Result<_, Failure>>()?;
        #[cfg(feature = "cluster")]
        return Ok(Self {
            engine: engine(args, validated, &tables)?,
            tables,
        });
        #[cfg(not(feature = "cluster"))]
        {
            // Only queries see the table that is validated beside the others.
            let _ = validated;
            Ok(Self { tables })
        }
    }
}

#[cfg(feature = "cluster")]
fn engine(
    args: &DataValidate,
    validated: &Arc<dyn Scan>,
    tables: &BTreeMap<String, Arc<dyn Scan>>,
) -> Result<galen_cluster::Engine, Failure> {
    let limits = galen_cluster::Limits {
        threads: crate::reading::pace(&args.reading).jobs,
        stopped: crate::outside::stopped,
        ..galen_cluster::Limits::default()
    };
    let others = tables.iter();
    let others = others.map(|(name, scan)| (name.clone(), Arc::clone(scan)));
    galen_cluster::Engine::new(Arc::clone(validated), others, limits)
        .map_err(|taken| Failure::usage("usage", taken.to_string(), "write --table NAME=FILE"))
}

impl Others for OtherTables {
    fn rows(&self, name: &str) -> Option<u64> {
        self.tables.get(name).map(|table| table.rows())
    }

    #[cfg(feature = "cluster")]
    fn queries(&self) -> Option<&dyn galen_table::expectation::Queries> {
        Some(&self.engine)
    }
}
