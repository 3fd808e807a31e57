//! Where a command works: the project around the current folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use galen_control::Actor;
use galen_lifecycle::Project;

use crate::outside::{World, make_private, open_folder, read_file};
use crate::report::{Failure, declared};

/// The folder, the actor and the world of a command.
pub struct Place {
    pub folder: PathBuf,
    pub person: Option<String>,
    pub world: Arc<World>,
}

impl Place {
    /// A path that the user named, seen from the command's folder.
    pub fn path(&self, named: &Path) -> PathBuf {
        self.folder.join(named)
    }

    /// The project whose `galen.yaml` is in this folder or the nearest one above.
    ///
    /// # Errors
    /// [`Failure`] if there is none, or its `galen.yaml` is wrong.
    pub fn project(&self) -> Result<Project, Failure> {
        let start = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let root = start
            .ancestors()
            .find(|folder| folder.join("galen.yaml").is_file());
        match root {
            Some(root) => self.project_in(root),
            None => Err(Failure::usage(
                "no_project",
                format!("there is no galen.yaml in {} or above it", start.display()),
                "go into a project, name it with -C DIR, or begin one: galen init DIR --template laboratory",
            )),
        }
    }

    /// The project of a folder.
    ///
    /// # Errors
    /// [`Failure`] if its `galen.yaml` is wrong.
    pub fn project_in(&self, root: &Path) -> Result<Project, Failure> {
        let bytes = read_file(&root.join("galen.yaml"))?;
        let text =
            galen_spec::read::text("galen.yaml", &bytes).map_err(|found| declared(found, 2))?;
        let settings: galen_spec::galen::Project =
            galen_spec::read("galen.yaml", text).map_err(|found| declared(found, 2))?;
        let files = Arc::new(open_folder(root)?);
        // Journals and the system key are nobody else's to read.
        make_private(&root.join(&settings.store))?;
        let store = Arc::new(open_folder(&root.join(&settings.store))?);
        Ok(Project::open(settings, files, store, self.world.ports()?))
    }

    /// The person who acts.
    ///
    /// # Errors
    /// [`Failure`] if nobody was named and not exactly one key is there.
    pub fn actor(&self) -> Result<Actor, Failure> {
        if let Some(person) = &self.person {
            return Ok(Actor::Person(person.clone()));
        }
        let people = self.world.key_folder()?.people().unwrap_or_default();
        match people.as_slice() {
            [only] => Ok(Actor::Person(only.clone())),
            _ => Err(Failure::usage(
                "who",
                "nobody is named who acts",
                format!(
                    "name the person: --as ID (or GALEN_PERSON); keys are in {}",
                    self.world.keys().display()
                ),
            )),
        }
    }
}
