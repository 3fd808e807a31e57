use std::sync::Arc;

use arrow_array::{ArrayRef, DictionaryArray, Int32Array, StringArray};

use super::{Scan, ScanError, Take};
use crate::table::{Head, Heads};
use crate::{Kind, Table, cell};

/// Files of the same columns as one table, the rows of one after those of another.
pub struct Folder {
    heads: Arc<Heads>,
    members: Vec<Member>,
    /// For each member the place in it of each column of the folder.
    places: Vec<Vec<usize>>,
    parts: Vec<Part>,
    rows: u64,
    /// Whether the last column is the member's name.
    named: bool,
}

/// One file of a folder.
pub struct Member {
    /// As it is named in errors.
    pub file: String,
    /// What the column of names holds: the file's stem, such as a patient's id.
    pub name: String,
    pub scan: Box<dyn Scan>,
}

struct Part {
    member: usize,
    /// The part within the member.
    inner: usize,
    first_row: u64,
}

impl Folder {
    /// Puts files together. The columns are those of the first, in its order; `file_column` adds one with the names of the
    /// members. Says of which members the columns differ, and how; those are left out.
    ///
    /// # Errors
    /// If there is no member, or a column is called as the one of the names.
    pub fn new(
        members: Vec<Member>,
        file_column: Option<&str>,
    ) -> Result<(Self, Vec<(String, String)>), String> {
        let Some(first) = members.first() else {
            return Err("There is no file that can be read.".to_owned());
        };
        let names: Vec<String> = first
            .scan
            .heads()
            .list()
            .iter()
            .map(|h| h.name.clone())
            .collect();
        let first_file = first.file.clone();
        if let Some(name) = file_column
            && names.iter().any(|known| known == name)
        {
            return Err(format!(
                "{first_file} has a column `{name}` already: give the column of names another name."
            ));
        }
        let mut folder = Self {
            heads: Arc::default(),
            members: Vec::with_capacity(members.len()),
            places: Vec::with_capacity(members.len()),
            parts: Vec::new(),
            rows: 0,
            named: file_column.is_some(),
        };
        let mut kinds: Vec<Option<Kind>> = vec![None; names.len()];
        let mut other = Vec::new();
        for member in members {
            let heads = member.scan.heads();
            let places: Result<Vec<usize>, &String> = names
                .iter()
                .map(|name| heads.place(name).map_err(|_| name))
                .collect();
            let places = match places {
                Ok(places) if heads.list().len() == names.len() => places,
                Ok(_) => {
                    let more = heads.list().iter().find(|head| !names.contains(&head.name));
                    let more = more.map_or_else(String::new, |head| head.name.clone());
                    other.push((member.file, format!("It has a column `{more}`, which {first_file} has not: files of one table have the same columns.")));
                    continue;
                }
                Err(name) => {
                    let why = format!(
                        "It has no column `{name}`, which {first_file} has: files of one table have the same columns."
                    );
                    other.push((member.file, why));
                    continue;
                }
            };
            for (kind, &place) in kinds.iter_mut().zip(&places) {
                if member.scan.has_values(place) {
                    let this = heads.list()[place].kind;
                    *kind = Some(kind.map_or(this, |kind| Kind::joined(kind, this)));
                }
            }
            for inner in 0..member.scan.parts() {
                folder.parts.push(Part {
                    member: folder.members.len(),
                    inner,
                    first_row: folder.rows + member.scan.first_row(inner),
                });
            }
            folder.rows += member.scan.rows();
            folder.places.push(places);
            folder.members.push(member);
        }
        let kinds = kinds.into_iter().map(|kind| kind.unwrap_or(Kind::Text));
        let mut list: Vec<Head> = names
            .into_iter()
            .zip(kinds)
            .map(|(name, kind)| Head { name, kind })
            .collect();
        list.extend(file_column.map(|name| Head {
            name: name.to_owned(),
            kind: Kind::Text,
        }));
        folder.heads = Arc::new(Heads::new(list));
        Ok((folder, other))
    }

    fn is_name(&self, place: usize) -> bool {
        self.named && place + 1 == self.heads.list().len()
    }
}

impl Scan for Folder {
    fn heads(&self) -> &Arc<Heads> {
        &self.heads
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn parts(&self) -> usize {
        self.parts.len()
    }

    fn first_row(&self, part: usize) -> u64 {
        self.parts[part].first_row
    }

    fn has_values(&self, place: usize) -> bool {
        let in_member =
            |(member, places): (&Member, &Vec<usize>)| member.scan.has_values(places[place]);
        self.is_name(place) || self.members.iter().zip(&self.places).any(in_member)
    }

    fn read(&self, part: usize, columns: &[usize], take: Take) -> Result<(), ScanError> {
        let part = &self.parts[part];
        let member = &self.members[part.member];
        let places = &self.places[part.member];
        let inner_columns: Vec<usize> = columns
            .iter()
            .filter(|&&place| !self.is_name(place))
            .map(|&place| places[place])
            .collect();
        let heads = columns
            .iter()
            .map(|&place| self.heads.list()[place].clone());
        let heads = Arc::new(Heads::new(heads.collect()));
        let mut again = |table: &Table| {
            let mut index = 0..;
            let arrays = columns.iter().zip(heads.list()).map(|(&place, head)| {
                if self.is_name(place) {
                    repeated(&member.name, table.rows())
                } else {
                    widened(table, index.next().unwrap_or_default(), head.kind)
                }
            });
            let arrays = arrays.collect();
            take(&Table::of_arrays(heads.clone(), arrays, table.rows()))
        };
        let named = |error| match error {
            ScanError::Read(error) => ScanError::File {
                file: member.file.clone(),
                error,
            },
            other => other,
        };
        member
            .scan
            .read(part.inner, &inner_columns, &mut again)
            .map_err(named)
    }
}

/// One text in every row.
fn repeated(text: &str, rows: usize) -> ArrayRef {
    let words = Arc::new(StringArray::from(vec![text]));
    let codes = Int32Array::from(vec![0; rows]);
    Arc::new(DictionaryArray::new(codes, words))
}

/// The values of one member's column in the kind that it has over all members.
fn widened(table: &Table, index: usize, to: Kind) -> ArrayRef {
    if table.heads().list()[index].kind == to {
        return table.arrays()[index].clone();
    }
    let text: StringArray = (0..table.rows())
        .map(|row| table.text_at(index, row))
        .collect();
    cell::typed(to, &text)
}
