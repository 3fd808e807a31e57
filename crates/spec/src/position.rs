//! Where a value stands in the text of a declared file.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser::{Event, Parser, Span};

use crate::file::Name;
use crate::read::DEPTH_MAX;

/// Characters of a key that has a path.
const KEY_MAX: usize = 200;
/// Characters of all paths of a text together. What lies beyond has no place, and a file that needs more is no plan.
const PATHS_MAX: usize = 16 * 1024 * 1024;

/// A stretch of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// Characters.
    pub width: u32,
}

/// The place of every value of one YAML text, by its path: `criteria[2].endpoint`.
///
/// Types stay free of spans: a cross-check names the path of what it found, and the place is looked up here. A list or a
/// mapping stands where its key stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    places: BTreeMap<String, Place>,
}

impl Positions {
    /// Reads the places of a text. A text that is no YAML gives the places up to its first mistake.
    pub fn of(text: &str) -> Positions {
        let mut walk = Walk {
            lines: text.lines().collect(),
            ..Walk::default()
        };
        for event in Parser::new_from_str(text) {
            let Ok((event, span)) = event else { break };
            walk.step(&event, &span);
        }
        Positions {
            places: walk.places,
        }
    }

    /// The place of a path, or of the nearest that encloses it: a key that is absent is missed where its parent stands.
    pub fn find(&self, path: &str) -> Option<Place> {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return Some(*place);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }
}

/// The places of all declared files of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<Name, Positions>);

impl Places {
    /// Reads the places of every file that is there.
    pub fn of(text: &dyn Fn(Name) -> Option<String>) -> Places {
        let files = Name::ALL.into_iter();
        Places(
            files
                .filter_map(|name| Some((name, Positions::of(&text(name)?))))
                .collect(),
        )
    }

    /// The place of a path in a file.
    pub fn find(&self, name: Name, path: &str) -> Option<Place> {
        self.0.get(&name)?.find(path)
    }
}

/// What is open while the events of a text go by. Aliases are not followed: they stand where they are written.
#[derive(Default)]
struct Walk<'a> {
    lines: Vec<&'a str>,
    open: Vec<Open>,
    places: BTreeMap<String, Place>,
    written: usize,
}

/// A collection that has begun and not ended.
enum Open {
    List {
        path: String,
        next: usize,
    },
    /// `key` is what was read last and still lacks its value.
    Mapping {
        path: String,
        key: Option<(String, Place)>,
    },
    /// A collection that is itself a key; nothing in it has a path.
    Unnamed,
}

impl Walk<'_> {
    fn step(&mut self, event: &Event<'_>, span: &Span) {
        let place = place_of(span);
        match event {
            Event::Scalar(value, ..) => self.scalar(value, place),
            Event::Alias(_) => {
                if let Some((path, _)) = self.value() {
                    self.note(path, place);
                }
            }
            Event::SequenceStart(..) => {
                let open = match self.begin(place) {
                    Some(path) => Open::List { path, next: 0 },
                    None => Open::Unnamed,
                };
                self.open.push(open);
            }
            Event::MappingStart(..) => {
                let open = match self.begin(place) {
                    Some(path) => Open::Mapping { path, key: None },
                    None => Open::Unnamed,
                };
                self.open.push(open);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
            }
            _ => {}
        }
    }

    fn scalar(&mut self, value: &str, place: Place) {
        if let Some(Open::Mapping { key, .. }) = self.open.last_mut()
            && key.is_none()
        {
            let name = if value.len() <= KEY_MAX { value } else { "" };
            *key = Some((name.to_owned(), place));
        } else if let Some((path, _)) = self.value() {
            self.note(path, place);
        }
    }

    fn note(&mut self, path: String, place: Place) {
        self.written += path.len();
        if self.written <= PATHS_MAX {
            self.places.insert(path, place);
        }
    }

    /// Notes a collection and gives its path.
    fn begin(&mut self, place: Place) -> Option<String> {
        if self.open.is_empty() {
            return Some(String::new());
        }
        let (path, key) = self.value()?;
        if self.open.len() >= DEPTH_MAX {
            return None;
        }
        let place = key.unwrap_or(Place {
            width: first_word(&self.lines, place),
            ..place
        });
        self.note(path.clone(), place);
        Some(path)
    }

    /// The path of the value that comes now and the place of its key, if it has one.
    fn value(&mut self) -> Option<(String, Option<Place>)> {
        match self.open.last_mut()? {
            Open::List { path, next } => {
                let value = format!("{path}[{next}]");
                *next += 1;
                Some((value, None))
            }
            Open::Mapping { path, key } => {
                let Some((key, place)) = key.take() else {
                    // A collection as a key: a key without a name takes its place.
                    *key = Some((
                        String::new(),
                        Place {
                            line: 0,
                            column: 0,
                            width: 0,
                        },
                    ));
                    return None;
                };
                if key.is_empty() {
                    return None;
                }
                let dot = if path.is_empty() { "" } else { "." };
                Some((format!("{path}{dot}{key}"), Some(place)))
            }
            Open::Unnamed => None,
        }
    }
}

fn place_of(span: &Span) -> Place {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let width = if span.start.line() == span.end.line() {
        span.end.col().saturating_sub(span.start.col())
    } else {
        1
    };
    Place {
        line: number(span.start.line()),
        column: number(span.start.col()).saturating_add(1),
        width: number(width.max(1)),
    }
}

/// Characters up to the end of the first word at a place: what is underlined for a list item that is a collection.
fn first_word(lines: &[&str], place: Place) -> u32 {
    let line = lines.get(place.line.saturating_sub(1) as usize).copied();
    let from = place.column.saturating_sub(1) as usize;
    let word = line
        .unwrap_or_default()
        .chars()
        .skip(from)
        .take_while(|c| !c.is_whitespace() && *c != ':');
    u32::try_from(word.count().max(1)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
looks: 6
criteria:
  - id: a
    endpoint: x
  - {id: b, endpoint: [u, v]}
? [odd, key]
: value
difference: to_released
";

    fn at(path: &str) -> (u32, u32, u32) {
        let place = Positions::of(TEXT).find(path).unwrap();
        (place.line, place.column, place.width)
    }

    #[test]
    fn a_value_is_found_by_its_path() {
        assert_eq!(at("looks"), (1, 8, 1));
        assert_eq!(at("criteria[0].endpoint"), (4, 15, 1));
        assert_eq!(at("criteria[1].id"), (5, 10, 1));
        assert_eq!(at("criteria[1].endpoint[1]"), (5, 27, 1));
        assert_eq!(at("difference"), (8, 13, 11));
    }

    #[test]
    fn a_collection_stands_at_its_key_or_its_first_word() {
        assert_eq!(at("criteria"), (2, 1, 8));
        assert_eq!(at("criteria[0]"), (3, 5, 2));
    }

    #[test]
    fn a_key_that_is_absent_is_missed_at_its_parent() {
        assert_eq!(at("criteria[0].rule"), at("criteria[0]"));
        assert_eq!(Positions::of(TEXT).find("nothing"), None);
    }
}
