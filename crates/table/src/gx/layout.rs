use super::ImportError;
use super::checkpoint::read;

/// Where things lie in a project's folder, as paths from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub suites: String,
    pub definitions: String,
    pub checkpoints: String,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            suites: "expectations".to_owned(),
            definitions: "validation_definitions".to_owned(),
            checkpoints: "checkpoints".to_owned(),
        }
    }
}

impl Layout {
    /// The files in which a suite of this name may lie. 0.18 makes folders of the dots in it.
    pub fn suite_files(&self, name: &str) -> Vec<String> {
        let mut files = vec![format!("{}/{name}.json", self.suites)];
        if name.contains('.') {
            files.push(format!("{}/{}.json", self.suites, name.replace('.', "/")));
        }
        files
    }
}

/// Reads `great_expectations.yml`.
///
/// # Errors
/// [`ImportError::Syntax`].
pub fn layout(file: &str, text: &str) -> Result<Layout, ImportError> {
    let value = read(file, text)?;
    let folder = |name_key: &str, usual: &str| {
        let store = value.get(name_key)?.as_str()?;
        let backend = value.get("stores")?.get(store)?.get("store_backend")?;
        let folder = backend.get("base_directory")?.as_str()?;
        let folder = folder.trim_end_matches('/');
        Some(if folder.is_empty() { usual } else { folder }.to_owned())
    };
    let usual = Layout::default();
    Ok(Layout {
        suites: folder("expectations_store_name", &usual.suites).unwrap_or(usual.suites),
        definitions: folder("validation_definition_store_name", &usual.definitions)
            .unwrap_or(usual.definitions),
        checkpoints: folder("checkpoint_store_name", &usual.checkpoints)
            .unwrap_or(usual.checkpoints),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stores_of_a_project_say_where_its_suites_lie() {
        let text = "stores:\n  own:\n    class_name: ExpectationsStore\n    store_backend:\n      base_directory: suites/\nexpectations_store_name: own\n";
        let got = layout("great_expectations.yml", text).expect("it can be read");
        assert_eq!(got.suites, "suites");
        assert_eq!(got.checkpoints, "checkpoints");
        assert_eq!(
            got.suite_files("a.b"),
            ["suites/a.b.json", "suites/a/b.json"]
        );
    }
}
