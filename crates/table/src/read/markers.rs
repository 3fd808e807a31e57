/// The texts that mean that there is no value.
#[derive(Clone, Debug)]
pub(super) struct Markers {
    texts: Vec<String>,
    /// For each byte the lengths of the markers that begin with it, a bit each: most texts are so told from all of them.
    lengths: [u32; 256],
}

fn bit_of(length: usize) -> u32 {
    1 << length.min(31)
}

/// What pandas and R write where there is no value; the empty cell is no value in any case.
///
/// # Source
/// pandas 3.1, `read_csv`, `na_values`.
const COMMON: [&str; 18] = [
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>",
    "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// Means that there is no value in a column whose other values are numbers, days or moments; elsewhere it may be a word.
pub(super) const UNKNOWN: &str = "?";

impl Markers {
    /// The named markers, and the common ones if so asked; blanks around them do not count.
    pub fn new(named: &[String], common: bool) -> Self {
        let common = COMMON.iter().copied().filter(|_| common);
        let named = named.iter().map(|marker| marker.trim());
        let texts: Vec<String> = common.chain(named).map(str::to_owned).collect();
        let mut lengths = [0; 256];
        for text in &texts {
            if let Some(byte) = text.bytes().next() {
                lengths[usize::from(byte)] |= bit_of(text.len());
            }
        }
        Self { texts, lengths }
    }

    /// Without those that are values of a column.
    pub fn except(&self, values: &[String]) -> Self {
        let mut markers = self.clone();
        markers.texts.retain(|marker| !values.contains(marker));
        markers
    }

    /// Whether a marker may look like a number, such as `-9`.
    pub fn are_like_numbers(&self) -> bool {
        let plain = |text: &String| {
            text.bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'))
        };
        self.texts.iter().any(plain)
    }

    /// Whether a text, without the blanks around it, is no value.
    pub fn mean_missing(&self, trimmed: &str) -> bool {
        match trimmed.as_bytes().first() {
            None => true,
            Some(&byte) => {
                self.lengths[usize::from(byte)] & bit_of(trimmed.len()) != 0
                    && self.texts.iter().any(|marker| marker == trimmed)
            }
        }
    }
}
