use super::{Looked, Note};

/// No cell has a value.
pub struct AllMissing;

impl Note for AllMissing {
    fn id(&self) -> &'static str {
        "all_missing"
    }

    fn look(&self, looked: &Looked) -> Option<String> {
        let empty = looked.column.count == 0 && looked.column.missing > 0;
        empty.then(|| "No cell has a value.".to_owned())
    }
}
