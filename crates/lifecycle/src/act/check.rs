//! Checking the declared files.

use std::collections::BTreeMap;

use galen_spec::{Diagnostic, Name, Places, Specs, Vocabulary};

use crate::error::ActError;
use crate::project::Project;

impl Project {
    /// What is wrong with the declared files, read and compared with one another.
    ///
    /// # Errors
    /// [`ActError::Declared`] for what cannot be read at all; [`ActError::Disk`].
    pub fn check(&self) -> Result<Vec<Diagnostic>, ActError> {
        let mut texts = BTreeMap::new();
        for name in Name::ALL {
            if self.files.len(&name.file())?.is_some() {
                texts.insert(name, self.text_of(name)?);
            }
        }
        let text = |name: Name| texts.get(&name).cloned();
        let specs = Specs::read(&text).map_err(ActError::Declared)?;
        let places = Places::of(&text);
        let mut found = galen_spec::check(&specs, &places, &vocabulary(self));
        let unaskable = unaskable(&specs, &places, &found);
        found.extend(unaskable);
        Ok(found)
    }

    /// The text of a declared file.
    ///
    /// # Errors
    /// [`ActError::Declared`] if it is no text or too large.
    pub(crate) fn text_of(&self, name: Name) -> Result<String, ActError> {
        let bytes = self.read_file(&name.file())?;
        let text = galen_spec::read::text(&name.file(), &bytes).map_err(ActError::Declared)?;
        Ok(text.to_owned())
    }
}

/// Checks of the monitoring plan that no window could ever answer as they are declared; those of which something else is
/// wrong already are left out.
fn unaskable(specs: &Specs, places: &Places, found: &[Diagnostic]) -> Vec<Diagnostic> {
    let file = Name::Monitor.file();
    let checks = &specs.monitor.checks;
    let line = |c: usize| {
        let place = places.find(Name::Monitor, &format!("checks[{c}]"));
        place.map_or(u32::MAX, |place| place.line)
    };
    let known = |c: usize| {
        found.iter().any(|one| {
            let at = one.at.line.unwrap_or_default();
            one.at.file == file && at >= line(c) && at < line(c + 1)
        })
    };
    let wrong = checks.iter().enumerate().filter_map(|(c, check)| {
        let error = galen_monitor::check::fits(check).err()?;
        let place = places.find(Name::Monitor, &format!("checks[{c}]"));
        (!known(c)).then(|| {
            Diagnostic::error("monitor.check", &file, place, error.to_string())
                .help("correct this check; as it is it would watch in vain")
        })
    });
    wrong.collect()
}

/// The ids that declared files may name.
fn vocabulary(project: &Project) -> Vocabulary {
    let owned = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect();
    Vocabulary {
        metrics: owned(
            galen_stats::metric::METRICS
                .iter()
                .map(|metric| metric.about().id)
                .collect(),
        ),
        ranges: galen_stats::metric::METRICS
            .iter()
            .map(|metric| (metric.about().id.to_owned(), metric.about().range))
            .collect(),
        perturbations: owned(
            galen_stats::perturbation::PERTURBATIONS
                .iter()
                .map(|perturbation| perturbation.about().id)
                .collect(),
        ),
        expectations: owned(
            galen_table::expectation::EXPECTATIONS
                .iter()
                .map(|it| it.about().id)
                .collect(),
        ),
        monitor_checks: owned(
            galen_monitor::check::MONITOR_CHECKS
                .iter()
                .map(|check| check.about().id)
                .collect(),
        ),
        natives: project
            .ports
            .natives
            .iter()
            .map(|native| native.name().to_owned())
            .collect(),
    }
}
