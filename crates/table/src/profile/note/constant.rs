use super::{Looked, Note};

/// Every cell that has a value has the same one.
pub struct Constant;

impl Note for Constant {
    fn id(&self) -> &'static str {
        "constant"
    }

    fn look(&self, looked: &Looked) -> Option<String> {
        let column = looked.column;
        (column.count > 1 && column.distinct == Some(1))
            .then(|| "Every value is the same: the column says nothing about a case.".to_owned())
    }
}
