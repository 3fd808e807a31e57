//! A record on the ledger: an in-toto statement in an envelope.

use galen_control::{Deed, Record};
use galen_ledger::{Envelope, Signer, Statement, Subject};

/// What the predicate types of galen's statements begin with; the act's word and the format's version follow.
pub const PREDICATE_TYPE: &str = "urn:galen:act:";

/// Why an entry is not a record of galen.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error(transparent)]
    Envelope(#[from] galen_ledger::EnvelopeError),
    #[error(transparent)]
    Statement(#[from] galen_ledger::StatementError),
    #[error("the statement's predicate is not an act of galen: {0}")]
    Predicate(#[from] serde_json::Error),
    #[error("the statement says that it is `{said}`, and its predicate is `{is}`")]
    PredicateType { said: String, is: String },
    #[error("the statement's subjects are not those of its act")]
    Subjects,
}

/// The predicate type of a deed.
pub fn predicate_type(deed: &Deed) -> String {
    format!("{PREDICATE_TYPE}{}:1", deed.word())
}

/// Signs a record.
pub fn envelope_of(record: &Record, signer: &dyn Signer) -> Envelope {
    let statement = Statement::new(
        subjects(record),
        predicate_type(&record.deed),
        predicate(record),
    );
    Envelope::sign(statement.to_bytes(), signer)
}

fn predicate(record: &Record) -> serde_json::Value {
    serde_json::to_value(record).expect("a record holds only text, numbers and maps with text keys")
}

fn subjects(record: &Record) -> Vec<Subject> {
    record
        .subjects()
        .into_iter()
        .map(|subject| Subject {
            name: subject.name,
            digest: subject.digest,
        })
        .collect()
}

/// Reads the record of an entry; signatures are not checked here.
///
/// # Errors
/// [`RecordError`] if the entry is something else, or says two things of itself.
pub fn record_of(entry: &[u8]) -> Result<(Envelope, Record), RecordError> {
    let envelope = Envelope::from_bytes(entry)?;
    let statement = Statement::from_bytes(envelope.payload())?;
    let record: Record = serde_json::from_value(statement.predicate.clone())?;
    let is = predicate_type(&record.deed);
    if statement.predicate_type != is {
        return Err(RecordError::PredicateType {
            said: statement.predicate_type,
            is,
        });
    }
    if statement.subject != subjects(&record) {
        return Err(RecordError::Subjects);
    }
    Ok((envelope, record))
}
