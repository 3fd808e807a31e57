//! The regulation of the European Union that a device is declared under: its own sections are cited, not a neighbour's.

use crate::book::Book;

/// The two regulations on medical devices; their annexes have one structure and other numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Regulation {
    /// Regulation (EU) 2017/745, medical devices.
    Devices,
    /// Regulation (EU) 2017/746, in vitro diagnostic medical devices.
    Diagnostics,
}

impl Regulation {
    /// What the frozen intent names as its class in the European Union; `None` if it names neither or both.
    pub(super) fn declared(book: &Book) -> Option<Regulation> {
        let class = &book.specs.intent.as_ref()?.value.classification.eu;
        match (class.contains("2017/745"), class.contains("2017/746")) {
            (true, false) => Some(Regulation::Devices),
            (false, true) => Some(Regulation::Diagnostics),
            _ => None,
        }
    }
}

/// One section as each regulation counts it, and both for a device that is declared under neither.
pub(super) struct Section {
    pub devices: &'static str,
    pub diagnostics: &'static str,
    pub either: &'static str,
}

impl Section {
    /// The section of the regulation that the device is declared under.
    pub(super) fn of(&self, book: &Book) -> &'static str {
        match Regulation::declared(book) {
            Some(Regulation::Devices) => self.devices,
            Some(Regulation::Diagnostics) => self.diagnostics,
            None => self.either,
        }
    }
}
