//! What a page is written from: the verified state, the frozen files in force, and the evidence that records name.

use galen_control::{Evidence, InForce, State};
use galen_dossier::book::Book;
use galen_lifecycle::Project;
use galen_spec::Name;
use galen_store::Digest;

use crate::failure::Failure;
use crate::site::Site;
use crate::watch::{Seen, View};

pub(super) struct Desk<'a> {
    pub site: &'a Site,
    pub project: &'a Project,
    pub view: &'a View,
    pub state: &'a State,
    pub specs: InForce,
}

impl<'a> Desk<'a> {
    pub fn new(site: &'a Site, seen: &'a Seen) -> Result<Desk<'a>, Failure> {
        let (project, view) = (site.project.as_ref(), seen.view.as_ref());
        // A frozen file that is damaged must not take the pages down that do not need it; verify names it.
        let mut specs = InForce::default();
        for name in Name::ALL {
            if let Ok(found) = project.in_force(&view.state, &[name]) {
                specs = joined(specs, found);
            }
        }
        Ok(Desk {
            site,
            project,
            view,
            state: &view.state,
            specs,
        })
    }

    /// Evidence that a record names; `None` if it is missing or damaged.
    pub fn evidence(&self, digest: &Digest) -> Option<Evidence> {
        self.project.evidence(digest).ok()
    }

    /// Writes with the words of documents: numbers with interval and n, people with their printed names.
    pub fn with_book<T>(&self, write: impl FnOnce(&Book) -> T) -> T {
        let evidence = |digest: &Digest| self.evidence(digest);
        write(&Book {
            state: self.state,
            specs: &self.specs,
            evidence: &evidence,
            size: self.state.entries,
            checkpoint: None,
            root: Some(self.view.root.clone()),
            at: None,
        })
    }
}

fn joined(a: InForce, b: InForce) -> InForce {
    InForce {
        intent: a.intent.or(b.intent),
        risk: a.risk.or(b.risk),
        data: a.data.or(b.data),
        protocol: a.protocol.or(b.protocol),
        pipeline: a.pipeline.or(b.pipeline),
        pccp: a.pccp.or(b.pccp),
        monitor: a.monitor.or(b.monitor),
        team: a.team.or(b.team),
    }
}
