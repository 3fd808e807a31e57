//! Where tiles lie on the disk, and how they are read.
//!
//! Source: C2SP tlog-tiles (c2sp.org/tlog-tiles). `tlog_tiles` counts and hashes; its paths are those of Go's older
//! `tile/8/…`, so they are turned into C2SP's here.

use std::cell::RefCell;

use galen_store::{Disk, DiskError};
use tlog_tiles::{HASH_SIZE, Hash, Tile, TileReader};

use crate::bundle;
use crate::log::ReadError;

/// The folder of the tiles.
pub(crate) const FOLDER: &str = "ledger/tile";
/// log2 of the width of a full tile.
pub(crate) const HEIGHT: u8 = 8;
/// Hashes in a full tile, entries in a full bundle.
pub(crate) const WIDTH: u64 = 1 << HEIGHT;

/// The tile number `n` of a level, `width` hashes wide.
pub(crate) fn hashes(level: u8, n: u64, width: u64) -> Tile {
    tile(level, n, width, false)
}

/// The bundle number `n`, of `width` entries.
pub(crate) fn entries(n: u64, width: u64) -> Tile {
    tile(0, n, width, true)
}

fn tile(level: u8, n: u64, width: u64, is_data: bool) -> Tile {
    let width = u32::try_from(width).expect("a tile is at most 256 wide");
    Tile::new(HEIGHT, level, n, width, is_data)
}

/// How wide tile number `n` of a level is in a tree of `size` entries; 0 if it has none.
pub(crate) fn width_in(size: u64, level: u8, n: u64) -> u64 {
    nodes(size, level).saturating_sub(n << HEIGHT).min(WIDTH)
}

/// How many hashes a level of tiles holds in a tree of `size` entries.
pub(crate) fn nodes(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(HEIGHT) * u32::from(level))
        .unwrap_or(0)
}

/// How many levels of tiles a tree of `size` entries has.
pub(crate) fn levels(size: u64) -> u8 {
    (0..8)
        .take_while(|&level| nodes(size, level) > 0)
        .count()
        .try_into()
        .expect("at most 8")
}

/// The path of a tile or bundle from the top of the disk.
pub(crate) fn path(tile: &Tile) -> String {
    let go = tile.path();
    let coordinates = go
        .strip_prefix("tile/8/")
        .expect("tiles here have height 8");
    match coordinates.strip_prefix("data/") {
        Some(n) => format!("{FOLDER}/entries/{n}"),
        None => format!("{FOLDER}/{coordinates}"),
    }
}

/// The path that a tile or bundle has when it is full.
pub(crate) fn full_path(tile: &Tile) -> String {
    path(&Tile::new(
        HEIGHT,
        tile.level(),
        tile.level_index(),
        1 << HEIGHT,
        tile.is_data(),
    ))
}

/// The widths, sorted, in which a tile or bundle lies on the disk in part.
pub(crate) fn partial_widths(disk: &dyn Disk, tile: &Tile) -> Result<Vec<u64>, DiskError> {
    let folder = format!("{}.p", full_path(tile));
    let paths = disk.list(&folder)?;
    let width = |path: &String| {
        path[folder.len() + 1..]
            .parse()
            .ok()
            .filter(|&width| 0 < width && width < WIDTH)
    };
    let mut widths: Vec<u64> = paths.iter().filter_map(width).collect();
    widths.sort_unstable();
    Ok(widths)
}

/// Reads the bytes of a tile or bundle, and says how wide the file is: while another process appends, a part may give
/// way to a wider one, that begins with the same.
fn read(disk: &dyn Disk, tile: &Tile) -> Result<(Vec<u8>, u64), DiskError> {
    let own = u64::from(tile.width());
    let missing = match disk.read(&path(tile)) {
        Ok(bytes) => return Ok((bytes, own)),
        Err(error @ DiskError::NotFound { .. }) if own < WIDTH => error,
        Err(error) => return Err(error),
    };
    let wider = partial_widths(disk, tile)?
        .into_iter()
        .filter(|&width| width > own)
        .chain([WIDTH]);
    for width in wider {
        let at = Tile::new(
            HEIGHT,
            tile.level(),
            tile.level_index(),
            width as u32,
            tile.is_data(),
        );
        match disk.read(&path(&at)) {
            Ok(bytes) => return Ok((bytes, width)),
            Err(DiskError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(missing)
}

/// Reads the hashes of a tile; `None` if the file does not have as many as its name says.
pub(crate) fn read_hashes(disk: &dyn Disk, tile: &Tile) -> Result<Option<Vec<Hash>>, DiskError> {
    let (bytes, width) = read(disk, tile)?;
    let (hashes, rest) = bytes.as_chunks::<HASH_SIZE>();
    let is_whole = rest.is_empty() && hashes.len() as u64 == width;
    Ok(is_whole.then(|| {
        hashes[..tile.width() as usize]
            .iter()
            .map(|&hash| Hash(hash))
            .collect()
    }))
}

/// What a bundle's file gave.
pub(crate) struct ReadEntries {
    /// At most as many as the bundle is wide.
    pub entries: Vec<Vec<u8>>,
    /// Whether the file holds exactly as many entries as its name says, and nothing else.
    pub is_whole: bool,
}

/// Reads the entries of a bundle.
pub(crate) fn read_entries(disk: &dyn Disk, tile: &Tile) -> Result<ReadEntries, DiskError> {
    let (bytes, width) = read(disk, tile)?;
    let bundle = bundle::decode(&bytes);
    let is_whole = bundle.is_whole && bundle.entries.len() as u64 == width;
    let mut entries = bundle.entries;
    entries.truncate(tile.width() as usize);
    Ok(ReadEntries { entries, is_whole })
}

/// The hash of the perfect tree over `hashes`, whose number is a power of two.
pub(crate) fn subtree_hash(hashes: &[Hash]) -> Hash {
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    Tile::subtree_hash(&bytes)
}

/// Reads tiles for `tlog_tiles`, which proves them against the root. It has no error for a disk, so the last one waits here.
pub(crate) struct Tiles<'d> {
    pub disk: &'d dyn Disk,
    pub failure: RefCell<Option<ReadError>>,
}

impl TileReader for Tiles<'_> {
    fn height(&self) -> u8 {
        HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read_one = |tile: &Tile| -> Result<Vec<u8>, ReadError> {
            let hashes = read_hashes(self.disk, tile)?;
            let hashes = hashes.ok_or_else(|| ReadError::TileChanged { path: path(tile) })?;
            Ok(hashes.iter().flat_map(|hash| hash.0).collect())
        };
        let read: Result<Vec<Vec<u8>>, ReadError> = tiles.iter().map(read_one).collect();
        read.map_err(|error| {
            self.failure.replace(Some(error));
            tlog_tiles::Error::InvalidTile
        })
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_c2sp() {
        assert_eq!(
            path(&hashes(0, 1_234_067, WIDTH)),
            "ledger/tile/0/x001/x234/067"
        );
        assert_eq!(path(&hashes(2, 0, 7)), "ledger/tile/2/000.p/7");
        assert_eq!(path(&entries(5, 255)), "ledger/tile/entries/005.p/255");
        assert_eq!(full_path(&entries(5, 255)), "ledger/tile/entries/005");
    }

    #[test]
    fn a_tree_of_70000_entries_has_three_levels_of_tiles() {
        assert_eq!(levels(70_000), 3);
        assert_eq!(
            (nodes(70_000, 0), nodes(70_000, 1), nodes(70_000, 2)),
            (70_000, 273, 1)
        );
        assert_eq!(
            (
                width_in(70_000, 0, 273),
                width_in(70_000, 1, 1),
                width_in(70_000, 2, 0)
            ),
            (112, 17, 1)
        );
        assert_eq!(
            (width_in(70_000, 0, 0), width_in(70_000, 0, 274), levels(0)),
            (256, 0, 0)
        );
    }
}
