use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use galen_store::{Digest, Disk, DiskError};
use tlog_tiles::{Hash, HashReader, Tile, TileHashReader};

use crate::bundle;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::keys::Signer;
use crate::tile::{self, HEIGHT, Tiles, WIDTH};

/// The path of the checkpoint; its rename is the moment at which an append has happened.
pub const CHECKPOINT: &str = "ledger/checkpoint";
/// The lock that who appends must hold.
pub const LOCK: &str = "ledger/lock";
/// A longer entry is refused: a bundle has two bytes for its length.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// The Merkle log as it was when it was opened; it grows by appending only.
///
/// What lies on the disk beyond the checkpoint is no part of the log: an append that was interrupted left it, and the
/// next one writes over it.
pub struct Ledger {
    disk: Arc<dyn Disk>,
    checkpoint: Checkpoint,
}

/// Why the log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(
        "there is no ledger here ({CHECKPOINT} is missing); make a project first, or put the file back"
    )]
    NoLedger,
    #[error("{CHECKPOINT} was damaged: {0}; run `galen verify`, then put it back from a backup")]
    Checkpoint(#[from] CheckpointError),
    #[error("{path} was changed or damaged; run `galen verify`, then put it back from a backup")]
    TileChanged { path: String },
    #[error(
        "the tiles do not give the root that the checkpoint names; run `galen verify`, then put them back"
    )]
    RootDiffers,
    #[error(
        "entry {entry} was changed or damaged; run `galen verify`, then put it back from a backup"
    )]
    EntryChanged { entry: u64 },
    #[error("there is no entry {entry}; the ledger holds {size}")]
    NoEntry { entry: u64, size: u64 },
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Why entries were not appended; the log is then as before.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("there is a ledger here already, named `{origin}`; nothing was changed")]
    Exists { origin: String },
    #[error(
        "entry {position} of this append has {length} bytes, and {ENTRY_BYTES_MAX} is the most; put the large part into an artifact"
    )]
    TooLong { position: usize, length: usize },
    #[error(
        "the checkpoint is not signed by the key that was given; use the project's `system` key, or run `galen verify`"
    )]
    OtherKey,
    #[error(
        "another process has appended since this ledger was opened; open it again under the lock"
    )]
    Moved,
    #[error(
        "the disk reported that {path} was written, but it was not; nothing was appended; look after the disk"
    )]
    NotStored { path: String },
    #[error("the new checkpoint cannot be made: {0}")]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("nothing was appended: {0}")]
    Disk(#[from] DiskError),
}

impl Ledger {
    /// Makes an empty log. `origin` is its name for ever (`galen.example/lab`), without spaces or `+`.
    ///
    /// # Errors
    /// [`AppendError::Exists`] if there is one, [`AppendError::Checkpoint`] for a bad name.
    pub fn create(
        disk: Arc<dyn Disk>,
        origin: &str,
        signer: &dyn Signer,
    ) -> Result<Self, AppendError> {
        match Self::open(disk.clone()) {
            Ok(ledger) => {
                return Err(AppendError::Exists {
                    origin: ledger.checkpoint.origin().to_owned(),
                });
            }
            Err(ReadError::NoLedger) => {}
            Err(error) => return Err(error.into()),
        }
        let root = Digest::from_bytes(tlog_tiles::EMPTY_HASH.0);
        let checkpoint = Checkpoint::sign(origin, 0, root, signer)?;
        store(&*disk, CHECKPOINT, checkpoint.render().as_bytes())?;
        Ok(Self { disk, checkpoint })
    }

    /// Opens a log at its checkpoint. The signature is not checked here; [`verify`](crate::verify()) does.
    ///
    /// # Errors
    /// [`ReadError::NoLedger`], [`ReadError::Checkpoint`] or [`ReadError::Disk`].
    pub fn open(disk: Arc<dyn Disk>) -> Result<Self, ReadError> {
        let checkpoint = read_checkpoint(&*disk)?;
        Ok(Self { disk, checkpoint })
    }

    /// Opens a log under its lock, for who wants to append. Waits up to `wait`; `who` is told to others who wait.
    ///
    /// # Errors
    /// [`DiskError::Held`] in [`ReadError::Disk`], those of [`open`](Self::open), and those of `act`.
    pub fn with_lock<T, E: From<ReadError>>(
        disk: &Arc<dyn Disk>,
        wait: Duration,
        who: &str,
        act: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let _held = disk.lock(LOCK, wait, who).map_err(ReadError::Disk)?;
        act(&mut Self::open(disk.clone())?)
    }

    /// The signed state of the log.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// How many entries the log holds.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.checkpoint.size()
    }

    /// The root of the Merkle tree over the entries.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.checkpoint.root()
    }

    /// The root that the log had when it held `size` entries, computed from the tiles.
    ///
    /// # Errors
    /// [`ReadError::NoEntry`] for a size that the log has not reached; those of reading tiles.
    pub fn root_at(&self, size: u64) -> Result<Digest, ReadError> {
        if size > self.size() {
            return Err(ReadError::NoEntry {
                entry: size - 1,
                size: self.size(),
            });
        }
        let root = match size {
            0 => tlog_tiles::EMPTY_HASH,
            size => self
                .read_hashes(|tiles| tlog_tiles::tree_hash(size, tiles))?
                .unwrap_or(tlog_tiles::EMPTY_HASH),
        };
        Ok(Digest::from_bytes(root.0))
    }

    /// Reads one entry.
    ///
    /// # Errors
    /// Those of [`entries`](Self::entries).
    pub fn entry(&self, entry: u64) -> Result<Vec<u8>, ReadError> {
        let beyond = ReadError::NoEntry {
            entry,
            size: self.size(),
        };
        let end = entry.checked_add(1).ok_or(ReadError::NoEntry {
            entry,
            size: self.size(),
        })?;
        self.entries(entry..end)?.pop().ok_or(beyond)
    }

    /// Reads entries, and compares each with its hash in the tiles.
    ///
    /// # Errors
    /// [`ReadError::NoEntry`] for a range that ends beyond the log; [`ReadError::EntryChanged`],
    /// [`ReadError::TileChanged`] or [`ReadError::Disk`].
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, ReadError> {
        if range.end > self.size() {
            return Err(ReadError::NoEntry {
                entry: range.end - 1,
                size: self.size(),
            });
        }
        let mut found = Vec::new();
        let mut next = range.start;
        while next < range.end {
            let bundle = next / WIDTH;
            let start = bundle * WIDTH;
            let end = range.end.min(start + WIDTH);
            let hashes = self.leaf_hashes(bundle)?;
            let entries = self.bundle(bundle, &hashes)?;
            let (from, to) = ((next - start) as usize, (end - start) as usize);
            found.extend(entries.into_iter().take(to).skip(from));
            next = end;
        }
        Ok(found)
    }

    fn leaf_hashes(&self, bundle: u64) -> Result<Vec<Hash>, ReadError> {
        let tile = tile::hashes(0, bundle, tile::width_in(self.size(), 0, bundle));
        let hashes = tile::read_hashes(&*self.disk, &tile)?;
        hashes.ok_or_else(|| ReadError::TileChanged {
            path: tile::path(&tile),
        })
    }

    /// Reads a bundle whose entries must have these hashes.
    fn bundle(&self, bundle: u64, hashes: &[Hash]) -> Result<Vec<Vec<u8>>, ReadError> {
        let read = tile::read_entries(&*self.disk, &tile::entries(bundle, hashes.len() as u64))?;
        for (at, hash) in hashes.iter().enumerate() {
            if read
                .entries
                .get(at)
                .is_none_or(|entry| tlog_tiles::record_hash(entry) != *hash)
            {
                return Err(ReadError::EntryChanged {
                    entry: bundle * WIDTH + at as u64,
                });
            }
        }
        Ok(read.entries)
    }

    /// Appends entries, all or none, and gives their numbers. The caller holds the lock
    /// ([`with_lock`](Self::with_lock)); `signer` is the key that signed the checkpoint before.
    ///
    /// Reads only the right edge of the tree, which is proven against the checkpoint before anything is built on it.
    /// Writes bundles and tiles, reads them back, then replaces the checkpoint: that is the moment of the append.
    ///
    /// # Errors
    /// [`AppendError`]; the log is then as before. If the machine stops in the middle, the log is the old or the new one.
    pub fn append(
        &mut self,
        entries: &[Vec<u8>],
        signer: &dyn Signer,
    ) -> Result<Range<u64>, AppendError> {
        if let Some(position) = entries
            .iter()
            .position(|entry| entry.len() > ENTRY_BYTES_MAX)
        {
            return Err(AppendError::TooLong {
                position,
                length: entries[position].len(),
            });
        }
        if read_checkpoint(&*self.disk)? != self.checkpoint {
            return Err(AppendError::Moved);
        }
        // An edited checkpoint must not be signed anew.
        self.checkpoint
            .verify(&signer.public())
            .map_err(|_| AppendError::OtherKey)?;
        let old = self.size();
        let new = old + entries.len() as u64;
        if entries.is_empty() {
            return Ok(old..new);
        }
        let growth = self.grow(entries)?;
        for (path, bytes) in &growth.files {
            store(&*self.disk, path, bytes)?;
        }
        let checkpoint = Checkpoint::sign(self.checkpoint.origin(), new, growth.root, signer)?;
        self.commit(&checkpoint)?;
        self.checkpoint = checkpoint;
        self.tidy(old);
        Ok(old..new)
    }

    fn grow(&self, entries: &[Vec<u8>]) -> Result<Growth, ReadError> {
        const EDGE: &str = "the right edge holds every hash that growth needs";
        let old = self.size();
        let new = old + entries.len() as u64;
        let mut known = self.right_edge()?;
        for (n, entry) in (old..).zip(entries) {
            let hashes = tlog_tiles::stored_hashes(n, entry, &known).expect(EDGE);
            known
                .0
                .extend((tlog_tiles::stored_hash_index(0, n)..).zip(hashes));
        }
        let mut files = self.grown_bundles(entries, &known)?;
        for tile in Tile::new_tiles(HEIGHT, old, new) {
            files.push((tile::path(&tile), tile.read_data(&known).expect(EDGE)));
        }
        let root = tlog_tiles::tree_hash(new, &known).expect(EDGE);
        Ok(Growth {
            files,
            root: Digest::from_bytes(root.0),
        })
    }

    /// The hashes that growth needs: those of the perfect trees that the log consists of, and those in tiles that are not
    /// full. All are proven against the root.
    fn right_edge(&self) -> Result<Hashes, ReadError> {
        let size = self.size();
        let mut indexes = tlog_tiles::sub_tree_index(0, size, vec![]);
        for level in 0..tile::levels(size) {
            let end = tile::nodes(size, level);
            let start = end / WIDTH * WIDTH;
            indexes.extend((start..end).map(|n| tlog_tiles::stored_hash_index(HEIGHT * level, n)));
        }
        let hashes = self
            .read_hashes(|reader| reader.read_hashes(&indexes))?
            .unwrap_or_default();
        Ok(Hashes(indexes.into_iter().zip(hashes).collect()))
    }

    /// Runs a calculation of `tlog_tiles` over hashes that are proven against the root; `None` for the empty log.
    pub(crate) fn read_hashes<T>(
        &self,
        run: impl FnOnce(&TileHashReader) -> Result<T, tlog_tiles::Error>,
    ) -> Result<Option<T>, ReadError> {
        if self.size() == 0 {
            return Ok(None);
        }
        let tiles = Tiles {
            disk: &*self.disk,
            failure: None.into(),
        };
        let root = Hash(*self.root().as_bytes());
        let done = run(&TileHashReader::new(self.size(), root, &tiles));
        match (done, tiles.failure.into_inner()) {
            (Ok(value), _) => Ok(Some(value)),
            (Err(_), Some(failure)) => Err(failure),
            (Err(_), None) => Err(ReadError::RootDiffers),
        }
    }

    fn grown_bundles(
        &self,
        entries: &[Vec<u8>],
        known: &Hashes,
    ) -> Result<Vec<(String, Vec<u8>)>, ReadError> {
        let old = self.size();
        let (first, in_part) = (old / WIDTH, old % WIDTH);
        let mut all = Vec::new();
        if in_part > 0 {
            let hashes =
                (old - in_part..old).map(|n| known.0[&tlog_tiles::stored_hash_index(0, n)]);
            all = self.bundle(first, &hashes.collect::<Vec<_>>())?;
        }
        all.extend_from_slice(entries);
        let bundles = all.chunks(WIDTH as usize).zip(first..);
        Ok(bundles
            .map(|(chunk, n)| {
                (
                    tile::path(&tile::entries(n, chunk.len() as u64)),
                    bundle::encode(chunk),
                )
            })
            .collect())
    }

    /// Replaces the checkpoint. If that does not succeed, the old one is put back, so that "nothing was appended" is true.
    fn commit(&self, new: &Checkpoint) -> Result<(), AppendError> {
        let stored = store(&*self.disk, CHECKPOINT, new.render().as_bytes());
        if stored.is_err()
            && !read_checkpoint(&*self.disk).is_ok_and(|found| found == self.checkpoint)
        {
            store(&*self.disk, CHECKPOINT, self.checkpoint.render().as_bytes())?;
        }
        stored
    }

    /// Removes what the new tree does not need at the edges where it grew: narrower parts, and what an interrupted append
    /// left. The append has happened, so a file that stays is only a waste of space, and no error.
    fn tidy(&self, old: u64) {
        let new = self.size();
        for level in 0..tile::levels(new) {
            let edges = BTreeSet::from([
                tile::nodes(old, level) / WIDTH,
                tile::nodes(new, level) / WIDTH,
            ]);
            for n in edges {
                let width = tile::width_in(new, level, n);
                let _ = tidy_one(&*self.disk, &tile::hashes(level, n, width.max(1)), width);
                if level == 0 {
                    let _ = tidy_one(&*self.disk, &tile::entries(n, width.max(1)), width);
                }
            }
        }
    }
}

/// Files to write, and the root of the tree that they make.
struct Growth {
    files: Vec<(String, Vec<u8>)>,
    root: Digest,
}

/// Hashes by their number in `tlog_tiles`' order.
struct Hashes(HashMap<u64, Hash>);

impl HashReader for Hashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let found: Option<Vec<Hash>> = indexes
            .iter()
            .map(|index| self.0.get(index).copied())
            .collect();
        found.ok_or(tlog_tiles::Error::IndexesNotInTree)
    }
}

/// The full file goes first, then the widest: a reader who falls back on a wider file never meets a stale one.
fn tidy_one(disk: &dyn Disk, tile: &Tile, width: u64) -> Result<(), DiskError> {
    let full = tile::full_path(tile);
    if width < WIDTH && disk.len(&full)?.is_some() {
        disk.remove(&full)?;
    }
    for other in tile::partial_widths(disk, tile)?
        .into_iter()
        .rev()
        .filter(|&other| other != width)
    {
        disk.remove(&format!("{full}.p/{other}"))?;
    }
    Ok(())
}

fn read_checkpoint(disk: &dyn Disk) -> Result<Checkpoint, ReadError> {
    let bytes = disk.read(CHECKPOINT).map_err(|error| match error {
        DiskError::NotFound { .. } => ReadError::NoLedger,
        other => ReadError::Disk(other),
    })?;
    Ok(Checkpoint::from_bytes(&bytes)?)
}

/// Writes a file and reads it back: a disk that lies is found before the checkpoint relies on it.
fn store(disk: &dyn Disk, path: &str, bytes: &[u8]) -> Result<(), AppendError> {
    disk.write(path, bytes)?;
    match disk.read(path) {
        Ok(found) if found == bytes => Ok(()),
        Ok(_) | Err(DiskError::NotFound { .. }) => Err(AppendError::NotStored {
            path: path.to_owned(),
        }),
        Err(error) => Err(error.into()),
    }
}
