//! The input files of iMRMC, the FDA's software for reader studies.
//!
//! Free text, a line `BEGIN DATA:`, then one line a reading: reader, case, modality, score. A line of the reader `-1` or `truth` says the truth
//! of a case: score 1 for diseased, 0 for healthy; its modality does not matter.

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

use super::Ratings;
use super::ratings::Reading;
use crate::EvalError;

/// What a file has wrong. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ImrmcError {
    #[error("There is no line `BEGIN DATA:`, after which the readings of an iMRMC file stand.")]
    NoBegin,
    #[error("After `BEGIN DATA:` in line {0} there is no reading.")]
    NoReading(usize),
    #[error("Line {line} has {found} fields and not 4: reader, case, modality, score.")]
    Fields { line: usize, found: usize },
    #[error("Line {line} has a quotation mark that does not end, or text after the one that ends.")]
    Quote { line: usize },
    #[error("Line {line} names no {part}.")]
    NoName { line: usize, part: &'static str },
    #[error("Line {line} has the score `{found}`, which is no finite number.")]
    Score { line: usize, found: String },
    #[error("Line {line} has the truth `{found}`; a truth is 1 (diseased) or 0 (healthy).")]
    Truth { line: usize, found: String },
    #[error("Line {line} says the truth of the case `{case}` again, after line {first}.")]
    TruthTwice {
        line: usize,
        first: usize,
        case: String,
    },
    #[error("Line {line} has a reading of the case `{case}`, and no line says its truth.")]
    NoTruth { line: usize, case: String },
    #[error(
        "Line {line} has the reading of `{case}` by `{reader}` with `{test}` again, after line {first}."
    )]
    Twice {
        line: usize,
        first: usize,
        reader: String,
        case: String,
        test: String,
    },
    #[error(
        "`{0}` cannot stand in an iMRMC file: a name is not empty, has no line break, and a reader is not called -1 or truth."
    )]
    Name(String),
    #[error("{0}")]
    Study(String),
}

impl From<ImrmcError> for EvalError {
    fn from(error: ImrmcError) -> Self {
        Self::Other(error.to_string())
    }
}

/// Reads a file. Lines may end as in Windows, fields may have blanks around them and be in quotation marks, lines that are empty or
/// begin with `#` or `//` are passed over, and so is a line with the names of the columns. A case that nobody read is left out.
///
/// # Errors
/// [`ImrmcError`] that names the line.
///
/// # Source
/// Gallas et al., iMRMC user manual, "Reader Study Data", github.com/DIDSR/iMRMC.
pub fn read(text: &str) -> Result<Ratings, ImrmcError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = || text.lines().zip(1..);
    let begin = lines().find(|(line, _)| is_begin(line));
    let (_, begin) = begin.ok_or(ImrmcError::NoBegin)?;
    let mut rows = Vec::new();
    for (line, number) in lines().skip(begin) {
        let plain = line.trim();
        if plain.is_empty() || plain.starts_with('#') || plain.starts_with("//") {
            continue;
        }
        let fields = fields(plain, number)?;
        let is_heads = fields[0].eq_ignore_ascii_case("readerid")
            && fields[1].eq_ignore_ascii_case("caseid")
            && fields[3].eq_ignore_ascii_case("score");
        if !is_heads {
            rows.push((number, fields));
        }
    }
    let mut truths: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    for (line, [reader, case, _, score]) in &rows {
        if !is_truth(reader) {
            continue;
        }
        let truth = match score.parse::<f64>() {
            Ok(1.0) => true,
            Ok(0.0) => false,
            _ => {
                return Err(ImrmcError::Truth {
                    line: *line,
                    found: score.clone(),
                });
            }
        };
        if let Some((first, _)) = truths.insert(case, (*line, truth)) {
            return Err(ImrmcError::TruthTwice {
                line: *line,
                first,
                case: case.clone(),
            });
        }
    }
    let mut seen: HashMap<[&str; 3], usize> = HashMap::new();
    let mut readings = Vec::new();
    for (line, [reader, case, test, score]) in &rows {
        let line = *line;
        if is_truth(reader) {
            continue;
        }
        let rating = score.parse::<f64>().ok().filter(|score| score.is_finite());
        let rating = rating.ok_or_else(|| ImrmcError::Score {
            line,
            found: score.clone(),
        })?;
        if test.is_empty() {
            return Err(ImrmcError::NoName {
                line,
                part: "modality",
            });
        }
        if !truths.contains_key(case.as_str()) {
            return Err(ImrmcError::NoTruth {
                line,
                case: case.clone(),
            });
        }
        if let Some(first) = seen.insert([reader, case, test], line) {
            return Err(ImrmcError::Twice {
                line,
                first,
                reader: reader.clone(),
                case: case.clone(),
                test: test.clone(),
            });
        }
        readings.push(Reading {
            test,
            reader,
            case,
            rating,
        });
    }
    if readings.is_empty() {
        return Err(ImrmcError::NoReading(begin));
    }
    let of_case = truths
        .into_iter()
        .map(|(case, (_, truth))| (case, (truth, case)));
    Ratings::new(&of_case.collect(), &readings)
        .map_err(|error| ImrmcError::Study(error.to_string()))
}

/// Writes the readings as a file that [`read`] gives back and iMRMC reads. Patients and a model's scores have no place in it.
///
/// # Errors
/// [`ImrmcError::Name`] for a name that cannot stand in such a file.
pub fn write(ratings: &Ratings) -> Result<String, ImrmcError> {
    let (readers, tests, cases) = (ratings.readers(), ratings.tests(), ratings.cases());
    let names = readers.iter().chain(tests);
    let is_wrong = |name: &&String| name.is_empty() || name.contains(['\n', '\r']);
    let wrong = names
        .chain(cases.iter().map(|case| &case.name))
        .find(is_wrong)
        .or_else(|| readers.iter().find(|reader| is_truth(reader)));
    if let Some(name) = wrong {
        return Err(ImrmcError::Name(name.clone()));
    }
    let diseased = cases.iter().filter(|case| case.truth).count();
    let mut text = format!(
        "Readings of a study with several readers.\nNR: {}\nN0: {}\nN1: {diseased}\nNM: {}\nBEGIN DATA:\n",
        readers.len(),
        cases.len() - diseased,
        tests.len()
    );
    for case in cases {
        let truth = u8::from(case.truth);
        text.push_str(&format!("-1,{},0,{truth}\n", quoted(&case.name)));
    }
    for (test, of_test) in tests.iter().zip(ratings.given()) {
        for (reader, of_reader) in readers.iter().zip(of_test) {
            for (case, rating) in cases.iter().zip(of_reader) {
                if let Some(rating) = rating {
                    let [reader, case, test] = [reader, &case.name, test].map(|name| quoted(name));
                    text.push_str(&format!("{reader},{case},{test},{rating}\n"));
                }
            }
        }
    }
    Ok(text)
}

/// A line that begins the data; a program for tables may have put commas or quotation marks there.
fn is_begin(line: &str) -> bool {
    let plain = line.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == '"');
    let plain = plain.strip_suffix(':').unwrap_or(plain).trim_end();
    plain.eq_ignore_ascii_case("BEGIN DATA")
}

fn is_truth(reader: &str) -> bool {
    reader == "-1" || reader.eq_ignore_ascii_case("truth")
}

/// The four fields of a line that is not empty; more may follow if they are empty.
fn fields(text: &str, line: usize) -> Result<[String; 4], ImrmcError> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = match rest.trim_start().strip_prefix('"') {
            Some(open) => quotation(open).ok_or(ImrmcError::Quote { line })?,
            None => {
                let (field, after) = match rest.split_once(',') {
                    Some((field, after)) => (field, Some(after)),
                    None => (rest, None),
                };
                (field.trim().to_owned(), after)
            }
        };
        found.push(field);
        match after {
            Some(after) => rest = after,
            None => break,
        }
    }
    let count = found.len();
    if found.iter().skip(4).any(|field| !field.is_empty()) {
        return Err(ImrmcError::Fields { line, found: count });
    }
    found.truncate(4);
    let found: [String; 4] = found
        .try_into()
        .map_err(|_| ImrmcError::Fields { line, found: count })?;
    for (part, name) in [("reader", &found[0]), ("case", &found[1])] {
        if name.is_empty() {
            return Err(ImrmcError::NoName { line, part });
        }
    }
    Ok(found)
}

/// What stands in quotation marks of which the first is read, two for one within, and what follows the next comma. None where they do not end,
/// or anything but a comma follows.
fn quotation(open: &str) -> Option<(String, Option<&str>)> {
    let mut field = String::new();
    let mut rest = open;
    loop {
        let (text, after) = rest.split_once('"')?;
        field.push_str(text);
        match after.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => {
                let after = after.trim_start();
                return match after.strip_prefix(',') {
                    Some(after) => Some((field, Some(after))),
                    None => after.is_empty().then_some((field, None)),
                };
            }
        }
    }
}

/// A name as it stands in the file: in quotation marks where it would not be read as it is.
fn quoted(name: &str) -> String {
    let is_plain = name.trim() == name
        && !name.contains([',', '"'])
        && !name.starts_with('#')
        && !name.starts_with("//");
    match is_plain {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const STUDY: &str = "Simulated data, by n = 2\r\nNR: 2\r\nbegin data,, \r\n# truth first\r\nreaderID,caseID,modalityID,score\r\n-1 , case1 , modality should not , 0\r\ntruth,2,truth,1.0\r\n-1,unread,0,0\r\n\r\n \"reader, 1\" ,case1, modality 1 ,1.5,,\r\n\"reader, 1\",2,\"modality 1\",-3e1\r\n2,2,modality 1,4";

    #[test]
    fn blanks_quotation_marks_comments_and_windows_lines_are_read() {
        let study = read(STUDY).expect("a study");
        assert_eq!(study.readers(), ["2", "reader, 1"]);
        assert_eq!(study.tests(), ["modality 1"]);
        let cases: Vec<(&str, bool)> = study
            .cases()
            .iter()
            .map(|case| (case.name.as_str(), case.truth))
            .collect();
        assert_eq!(cases, [("2", true), ("case1", false)]);
        let given = vec![vec![vec![Some(4.0), None], vec![Some(-30.0), Some(1.5)]]];
        assert_eq!(study.given(), given);
        assert_eq!(study.patients(), 2);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let begin = "BEGIN DATA:\n-1,a,0,1\n";
        for (lines, wanted) in [
            ("1,a,m", "Line 3 has 3 fields and not 4"),
            ("1,a,m,1,2", "Line 3 has 5 fields"),
            ("1,a,m,high", "Line 3 has the score `high`"),
            ("1,a,m,NaN", "no finite number"),
            (
                "1,b,m,1",
                "Line 3 has a reading of the case `b`, and no line says its truth",
            ),
            ("-1,b,0,2", "Line 3 has the truth `2`"),
            (
                "-1,a,0,1",
                "Line 3 says the truth of the case `a` again, after line 2",
            ),
            (
                "1,a,m,1\n1,a,m,2",
                "Line 4 has the reading of `a` by `1` with `m` again, after line 3",
            ),
            ("\"1,a,m,1", "Line 3 has a quotation mark"),
            ("\"1\"x,a,m,1", "Line 3 has a quotation mark"),
            (",a,m,1", "Line 3 names no reader"),
            ("1,a,,1", "Line 3 names no modality"),
            ("", "After `BEGIN DATA:` in line 1"),
        ] {
            let error = read(&format!("{begin}{lines}")).expect_err(lines);
            assert!(error.to_string().contains(wanted), "{lines}: {error}");
        }
        assert_eq!(read("1,a,m,1\n"), Err(ImrmcError::NoBegin));
        assert_eq!(read(""), Err(ImrmcError::NoBegin));
    }

    #[test]
    fn a_reader_that_would_be_read_as_the_truth_is_not_written() {
        let truths = BTreeMap::from([("a", (true, "a"))]);
        for reader in ["-1", "Truth", "", "two\nlines"] {
            let reading = Reading {
                test: "m",
                reader,
                case: "a",
                rating: 1.0,
            };
            let study = Ratings::new(&truths, &[reading]).expect("a study");
            assert_eq!(write(&study), Err(ImrmcError::Name(reader.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(
            readings in prop::collection::btree_map(
                ("[a-c ,\"#/é]{1,3}", "[a-c ,\"#/é]{1,3}", "[a-c ,\"#/é]{1,3}"),
                prop::num::f64::NORMAL | prop::num::f64::ZERO,
                1..30,
            ),
        ) {
            let cases: BTreeSet<&str> = readings.keys().map(|(_, _, case)| case.as_str()).collect();
            let truths = cases.iter().map(|case| (*case, (case.len() % 2 == 0, *case))).collect();
            let all: Vec<Reading> = readings
                .iter()
                .map(|((test, reader, case), rating)| Reading { test, reader, case, rating: *rating })
                .collect();
            let study = Ratings::new(&truths, &all).expect("a small study");
            let text = write(&study).expect("names that can stand there");
            prop_assert_eq!(read(&text), Ok(study.clone()));
            let windows = text.replace('\n', "\r\n");
            prop_assert_eq!(read(&windows), Ok(study));
        }

        #[test]
        fn no_text_makes_the_reader_fail_otherwise_than_with_an_error(text in "(.|\n){0,60}") {
            let _ = read(&format!("BEGIN DATA:\n-1,a,0,1\n{text}"));
        }
    }
}
