use std::collections::HashMap;

use galen_store::{Disk, DiskError};
use serde::Serialize;
use tlog_tiles::{EMPTY_HASH, Hash, Tile, node_hash};

use crate::checkpoint::Checkpoint;
use crate::keys::PublicKey;
use crate::log::CHECKPOINT;
use crate::tile::{self, WIDTH};

/// What a verification of the log found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many entries the checkpoint names; 0 if there is no readable one.
    pub entries: u64,
    pub problems: Vec<LedgerProblem>,
}

/// Something that is not as the signed checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerProblem {
    /// The entry's number, from 0, where the problem is one of an entry.
    pub entry: Option<u64>,
    pub what: LedgerProblemKind,
    pub message: String,
}

/// The kinds of [`LedgerProblem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerProblemKind {
    /// There is no checkpoint.
    CheckpointMissing,
    /// The checkpoint cannot be read, or its signature is not the system key's over it.
    CheckpointEdited,
    /// The bytes of an entry are not those that were appended.
    EntryEdited,
    /// An entry stands where another one was appended.
    EntryReordered,
    /// Entries that the checkpoint counts are not there.
    EntryMissing,
    /// A bundle's file holds something that is no entry of the log.
    BundleEdited,
    /// A tile is not the one that was written.
    TileEdited,
    /// A tile is not there.
    TileMissing,
    /// Entries and tiles fit each other, and not the root that was signed.
    HistoryRewritten,
}

use LedgerProblemKind as Kind;

/// How many entries a checkpoint may claim beyond those that are there, for each to be looked for.
const MISSING_MAX: u64 = 1 << 16;

/// Proves the log from its folder: computes every hash anew, compares entries, tiles, root and the checkpoint's signature.
/// Every difference is a problem in the report. Dropped last entries and an old copy are not found here but by
/// [`consistency`](crate::consistency) with a checkpoint that was kept elsewhere.
///
/// # Errors
/// [`DiskError`] if a file that is there cannot be read.
pub fn verify(disk: &dyn Disk, system: &PublicKey) -> Result<Report, DiskError> {
    let mut problems = Problems::default();
    let Some(checkpoint) = read_checkpoint(disk, system, &mut problems)? else {
        return Ok(Report {
            entries: 0,
            problems: problems.found,
        });
    };
    let size = checkpoint.size();
    let there = entries_on_disk(disk)?;
    if size > there + MISSING_MAX {
        let message = format!(
            "entries {there} to {} are missing; put the folder back from a backup",
            size - 1
        );
        problems.add(Some(there), Kind::EntryMissing, message);
    } else {
        let leaves = read_leaves(disk, size, &mut problems)?;
        let stored = read_levels(disk, size, &mut problems)?;
        Comparison {
            size,
            computed: compute_levels(leaves),
            stored,
        }
        .run(&checkpoint, &mut problems);
    }
    Ok(Report {
        entries: size,
        problems: problems.found,
    })
}

#[derive(Default)]
struct Problems {
    found: Vec<LedgerProblem>,
}

impl Problems {
    fn add(&mut self, entry: Option<u64>, what: Kind, message: String) {
        self.found.push(LedgerProblem {
            entry,
            what,
            message,
        });
    }

    fn tile_edited(&mut self, tile: &Tile) {
        let message = format!(
            "{} was changed; it can be computed anew from the entries",
            tile::path(tile)
        );
        self.add(None, Kind::TileEdited, message);
    }

    fn has(&self, what: Kind) -> bool {
        self.found.iter().any(|problem| problem.what == what)
    }
}

/// Reads the checkpoint and proves its signature; one with a bad signature is still used to find out what else is wrong.
fn read_checkpoint(
    disk: &dyn Disk,
    system: &PublicKey,
    problems: &mut Problems,
) -> Result<Option<Checkpoint>, DiskError> {
    let bytes = match disk.read(CHECKPOINT) {
        Ok(bytes) => bytes,
        Err(DiskError::NotFound { .. }) => {
            let message = format!("{CHECKPOINT} is missing; put it back from a backup");
            problems.add(None, Kind::CheckpointMissing, message);
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let edited =
        |why: String| format!("{CHECKPOINT} was changed: {why}; put it back from a backup");
    match Checkpoint::from_bytes(&bytes) {
        Ok(checkpoint) => {
            if let Err(error) = checkpoint.verify(system) {
                problems.add(None, Kind::CheckpointEdited, edited(error.to_string()));
            }
            Ok(Some(checkpoint))
        }
        Err(error) => {
            problems.add(None, Kind::CheckpointEdited, edited(error.to_string()));
            Ok(None)
        }
    }
}

/// How many entries there may be at most, by the names of the bundles.
fn entries_on_disk(disk: &dyn Disk) -> Result<u64, DiskError> {
    let folder = format!("{}/entries", tile::FOLDER);
    let number = |path: &String| {
        let parts = path
            .strip_prefix(&folder)?
            .split('/')
            .filter(|part| !part.is_empty());
        let mut n: u64 = 0;
        for part in parts {
            let digits = part
                .strip_prefix('x')
                .unwrap_or(part)
                .trim_end_matches(".p");
            n = n.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
            if !part.starts_with('x') {
                break;
            }
        }
        Some(n)
    };
    let last = disk.list(&folder)?.iter().filter_map(number).max();
    Ok(last.map_or(0, |n| n.saturating_add(1).saturating_mul(WIDTH)))
}

/// The hashes of a level; `None` where one is not to be had.
type Level = Vec<Option<Hash>>;

/// Computes the hash of every entry that is there.
fn read_leaves(disk: &dyn Disk, size: u64, problems: &mut Problems) -> Result<Level, DiskError> {
    let mut leaves = Level::new();
    for n in 0..size.div_ceil(WIDTH) {
        let (start, width) = (n * WIDTH, tile::width_in(size, 0, n));
        let tile = tile::entries(n, width);
        let read = match tile::read_entries(disk, &tile) {
            Ok(read) => read,
            Err(DiskError::NotFound { .. }) => tile::ReadEntries {
                entries: vec![],
                is_whole: true,
            },
            Err(error) => return Err(error),
        };
        leaves.extend(
            read.entries
                .iter()
                .map(|entry| Some(tlog_tiles::record_hash(entry))),
        );
        let end = start + width;
        let found = start + read.entries.len() as u64;
        if found < end {
            let message = match end - found {
                1 => format!("entry {found} is missing"),
                _ => format!("entries {found} to {} are missing", end - 1),
            };
            let message = format!(
                "{message} from {}; put it back from a backup",
                tile::path(&tile)
            );
            problems.add(Some(found), Kind::EntryMissing, message);
        } else if !read.is_whole {
            let message = format!(
                "{} holds bytes that are no entry of the log",
                tile::path(&tile)
            );
            problems.add(None, Kind::BundleEdited, message);
        }
        leaves.resize(end as usize, None);
    }
    Ok(leaves)
}

/// Reads the tiles of all levels.
fn read_levels(
    disk: &dyn Disk,
    size: u64,
    problems: &mut Problems,
) -> Result<Vec<Level>, DiskError> {
    let mut levels = Vec::new();
    for level in 0..tile::levels(size) {
        let nodes = tile::nodes(size, level);
        let mut hashes = Level::new();
        for n in 0..nodes.div_ceil(WIDTH) {
            let tile = tile::hashes(level, n, tile::width_in(size, level, n));
            match tile::read_hashes(disk, &tile) {
                Ok(Some(found)) => hashes.extend(found.into_iter().map(Some)),
                Ok(None) => problems.tile_edited(&tile),
                Err(DiskError::NotFound { .. }) => {
                    let message = format!(
                        "{} is missing; it can be computed anew from the entries",
                        tile::path(&tile)
                    );
                    problems.add(None, Kind::TileMissing, message);
                }
                Err(error) => return Err(error),
            }
            hashes.resize((n * WIDTH + u64::from(tile.width())) as usize, None);
        }
        levels.push(hashes);
    }
    Ok(levels)
}

/// Computes the levels of tiles above the leaves.
fn compute_levels(leaves: Level) -> Vec<Level> {
    let mut levels = vec![];
    let mut level = leaves;
    while !level.is_empty() {
        let above = level.chunks_exact(WIDTH as usize).map(full_hash).collect();
        levels.push(std::mem::replace(&mut level, above));
    }
    levels
}

/// The hash of a full tile, if all of its hashes are to be had.
fn full_hash(hashes: &[Option<Hash>]) -> Option<Hash> {
    let hashes: Option<Vec<Hash>> = hashes.iter().copied().collect();
    hashes.map(|hashes| tile::subtree_hash(&hashes))
}

/// The root over the tiles that are not full, the lowest level first; `None` if a hash is not to be had.
fn root_of(edges: &[&[Option<Hash>]]) -> Option<Hash> {
    let mut trees = Vec::new();
    for edge in edges.iter().rev() {
        let mut rest: &[Option<Hash>] = edge;
        for bit in (0..8).rev().filter(|bit| edge.len() >> bit & 1 == 1) {
            let (tree, tail) = rest.split_at(1 << bit);
            trees.push(full_hash(tree)?);
            rest = tail;
        }
    }
    Some(
        trees
            .into_iter()
            .rev()
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or(EMPTY_HASH),
    )
}

/// What was computed from the entries beside what is stored in tiles. The signed root tells which of two is right, from
/// the top down.
struct Comparison {
    size: u64,
    computed: Vec<Level>,
    stored: Vec<Level>,
}

impl Comparison {
    fn run(self, checkpoint: &Checkpoint, problems: &mut Problems) {
        let levels = self.stored.len();
        let mut right: Vec<Level> = self.stored.clone();
        self.judge_edges(checkpoint, &mut right, problems);
        for level in (0..levels.saturating_sub(1)).rev() {
            for n in 0..right[level + 1].len() {
                self.judge_tile(level, n, &mut right, problems);
            }
        }
        if let Some(right) = right.first() {
            self.judge_entries(right, problems);
        }
    }

    fn edge(level: &[Option<Hash>]) -> &[Option<Hash>] {
        &level[level.len() / WIDTH as usize * WIDTH as usize..]
    }

    /// Finds which of stored and computed edges give the signed root, each level by itself: at most 2^6 trials.
    fn judge_edges(&self, checkpoint: &Checkpoint, right: &mut [Level], problems: &mut Problems) {
        let levels = self.stored.len();
        let side = |choice: u32, level: usize| {
            if choice >> level & 1 == 1 {
                &self.computed[level]
            } else {
                &self.stored[level]
            }
        };
        let root = |choice: u32| {
            let edges: Vec<_> = (0..levels)
                .map(|level| Self::edge(side(choice, level)))
                .collect();
            root_of(&edges)
        };
        let signed = Hash(*checkpoint.root().as_bytes());
        let mut choices: Vec<u32> = (0..1 << levels).collect();
        choices.sort_by_key(|choice| choice.count_ones());
        let Some(choice) = choices
            .into_iter()
            .find(|&choice| root(choice) == Some(signed))
        else {
            // With a bad signature it is the checkpoint that was changed, and that is said already.
            if !problems.has(Kind::CheckpointEdited)
                && (root(0).is_some() || root((1 << levels) - 1).is_some())
            {
                let message = "entries and tiles do not give the root that was signed: they were changed together; \
                               put the folder back from a backup";
                problems.add(None, Kind::HistoryRewritten, message.to_owned());
            }
            return;
        };
        for (level, right) in right.iter_mut().enumerate() {
            let chosen = Self::edge(side(choice, level));
            let start = right.len() - chosen.len();
            let is_computed = choice >> level & 1 == 1;
            if is_computed && Self::edge(&self.stored[level]).iter().all(Option::is_some) {
                problems.tile_edited(&self.tile(level, start as u64 / WIDTH));
            }
            right[start..].copy_from_slice(chosen);
        }
    }

    /// Compares a full tile with its hash in the level above.
    fn judge_tile(&self, level: usize, n: usize, right: &mut [Level], problems: &mut Problems) {
        let span = n * WIDTH as usize..(n + 1) * WIDTH as usize;
        let Some(above) = right[level + 1][n] else {
            return;
        };
        let (stored, computed) = (
            &self.stored[level][span.clone()],
            &self.computed[level][span.clone()],
        );
        if full_hash(stored) == Some(above) {
            return;
        }
        let is_there = stored.iter().all(Option::is_some);
        if full_hash(computed) == Some(above) {
            if is_there {
                problems.tile_edited(&self.tile(level, n as u64));
            }
            right[level][span].copy_from_slice(computed);
        } else if is_there && stored == computed && level == 0 {
            let (first, last) = (span.start as u64, span.end as u64 - 1);
            let message = format!(
                "one or more of the entries {first} to {last} were changed, and their tile with them"
            );
            problems.add(Some(first), Kind::EntryEdited, message);
        } else if is_there {
            problems.tile_edited(&self.tile(level, n as u64));
        }
    }

    fn judge_entries(&self, right: &[Option<Hash>], problems: &mut Problems) {
        let differ = |at: &usize| match (self.computed[0][*at], right[*at]) {
            (Some(found), Some(expected)) => found != expected,
            _ => false,
        };
        let wrong: Vec<usize> = (0..right.len()).filter(differ).collect();
        if wrong.is_empty() {
            return;
        }
        let places: HashMap<[u8; 32], usize> = right
            .iter()
            .enumerate()
            .filter_map(|(at, hash)| Some((hash.as_ref()?.0, at)))
            .collect();
        for at in wrong {
            let home = self.computed[0][at].and_then(|hash| places.get(&hash.0));
            let (what, message) = match home {
                Some(home) => (
                    Kind::EntryReordered,
                    format!("in place {at} stands entry {home}; put it back from a backup"),
                ),
                None => (
                    Kind::EntryEdited,
                    format!("entry {at} was changed; put it back from a backup"),
                ),
            };
            problems.add(Some(at as u64), what, message);
        }
    }

    fn tile(&self, level: usize, n: u64) -> Tile {
        let level = u8::try_from(level).expect("a tree has at most 8 levels of tiles");
        tile::hashes(level, n, tile::width_in(self.size, level, n))
    }
}
