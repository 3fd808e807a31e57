//! Tables and models, read back from artifacts; evaluations, computed once.

use galen_control::act::run::ModelFacts;
use galen_control::{Evidence, Held, State, Subject};
use galen_model::{InputContract, Predict};
use galen_spec::Name;
use galen_spec::protocol::Protocol;
use galen_store::{Digest, Manifest};
use galen_table::{ReadOptions, Table};

use crate::error::ActError;
use crate::evaluate::{Evaluation, evaluate};
use crate::project::Project;

impl Project {
    /// The table of an artifact.
    ///
    /// # Errors
    /// [`ActError`] if it is missing, damaged or not a table.
    pub fn table(&self, digest: &Digest) -> Result<Table, ActError> {
        read_table(&self.artifacts.get(digest)?)
    }

    /// The model of a manifest of `model.onnx` and `contract.json`.
    ///
    /// # Errors
    /// [`ActError`] if a part is missing, damaged or does not fit the other.
    pub fn model(&self, digest: &Digest) -> Result<Box<dyn Predict>, ActError> {
        let manifest = Manifest::from_bytes(&self.artifacts.get(digest)?)
            .map_err(|error| wrong_model(format!("{digest} is not a model: {error}")))?;
        let part = |name: &str| -> Result<Vec<u8>, ActError> {
            let entry = manifest
                .entry(name)
                .ok_or_else(|| wrong_model(format!("the model {digest} has no {name}")))?;
            Ok(self.artifacts.get(&entry.digest)?)
        };
        let contract: InputContract =
            InputContract::read(&part("contract.json")?).map_err(|error| {
                wrong_model(format!("contract.json of {digest} cannot be read: {error}"))
            })?;
        self.ports
            .reader
            .read(&part("model.onnx")?, contract)
            .map_err(wrong_model)
    }

    /// Evidence of an evaluation on a dataset that is not sealed, from the cache if it was computed before.
    pub(crate) fn evaluation(
        &self,
        state: &State,
        model: &ModelFacts,
        protocol: &Held<Protocol>,
        dataset: Digest,
        table: &dyn Fn() -> Result<Table, ActError>,
    ) -> Result<Held<Evidence>, ActError> {
        let released = state.live_release().map(|release| release.model.clone());
        let subjects = subjects(model, dataset, protocol.digest, released.as_ref());
        let patient = self.patient(state)?;
        let asked = match &patient {
            None => serde_json::to_vec(&subjects),
            Some(patient) => serde_json::to_vec(&(&subjects, patient)),
        };
        let asked = asked.expect("subjects hold only text");
        let place = format!("cache/evaluations/{}", Digest::of(&asked).hex());
        if let Some(evidence) = self.cached_evidence(&place) {
            return Ok(evidence);
        }
        let evidence = self.evaluate(
            model,
            released.as_ref(),
            &protocol.value,
            (&table()?, patient.as_deref()),
            subjects,
        )?;
        let digest = self.keep(&evidence.bytes())?;
        self.store.write(&place, digest.to_string().as_bytes())?;
        Ok(Held {
            digest,
            value: evidence,
        })
    }

    /// The column that names the patient, where the data plan in force says so.
    pub(crate) fn patient(&self, state: &State) -> Result<Option<String>, ActError> {
        let plan = self.in_force(state, &[Name::Data])?.data;
        Ok(plan.and_then(|held| held.value.patient))
    }

    /// Evaluates a model, and the released one beside it, on a table and its column of patients.
    pub(crate) fn evaluate(
        &self,
        model: &ModelFacts,
        released: Option<&ModelFacts>,
        protocol: &Protocol,
        (table, patient): (&Table, Option<&str>),
        subjects: Vec<Subject>,
    ) -> Result<Evidence, ActError> {
        let candidate = self.model(&model.digest)?;
        let released = released
            .map(|released| self.model(&released.digest))
            .transpose()?;
        evaluate(&Evaluation {
            protocol,
            model: candidate.as_ref(),
            released: released.as_deref(),
            table,
            truth: &model.truth,
            patient,
            subjects,
        })
    }

    fn cached_evidence(&self, place: &str) -> Option<Held<Evidence>> {
        let text = String::from_utf8(self.store.read(place).ok()?).ok()?;
        let digest: Digest = text.trim().parse().ok()?;
        let value = serde_json::from_slice(&self.artifacts.get(&digest).ok()?).ok()?;
        Some(Held { digest, value })
    }

    /// Evidence that a record names.
    ///
    /// # Errors
    /// [`ActError`] if it is missing or damaged.
    pub fn evidence(&self, digest: &Digest) -> Result<Evidence, ActError> {
        serde_json::from_slice(&self.artifacts.get(digest)?).map_err(|error| {
            ActError::input(
                "evidence",
                format!("{digest} is not evidence: {error}"),
                "run galen verify",
            )
        })
    }
}

/// What an evaluation is of, by role.
pub(crate) fn subjects(
    model: &ModelFacts,
    dataset: Digest,
    protocol: Digest,
    released: Option<&ModelFacts>,
) -> Vec<Subject> {
    let mut subjects = vec![
        Subject::new("model", model.digest),
        Subject::new("dataset", dataset),
        Subject::new("protocol", protocol),
    ];
    subjects.extend(released.map(|released| Subject::new("released", released.digest)));
    subjects
}

/// Reads a delimited table.
///
/// # Errors
/// [`ActError::Input`] with the place of the first fault.
pub fn read_table(bytes: &[u8]) -> Result<Table, ActError> {
    Table::read_csv(bytes, &ReadOptions::default()).map_err(|error| {
        ActError::input(
            "table",
            error.to_string(),
            "correct the file, then do this again",
        )
    })
}

fn wrong_model(why: String) -> ActError {
    ActError::input(
        "model",
        why,
        "give a model whose files are those that its contract describes",
    )
}
