//! Bytes named by their digest, and the one door to files.
//!
//! Everything that galen keeps goes through a [`Disk`]: a folder, memory, or memory that crashes, fills and lies on
//! command. On it lie [`Artifacts`] (bytes under the name of their SHA-256 digest) and [`Manifest`]s (sorted paths, sizes
//! and digests of a folder; themselves artifacts). This crate does not know what an artifact means, who made it, or
//! what time it is.

pub mod artifacts;
pub mod digest;
pub mod disk;
pub mod manifest;

pub use artifacts::{ArtifactError, ArtifactProblem, ArtifactProblemKind, Artifacts};
pub use digest::{Digest, DigestError, Hasher};
pub use disk::conformance;
pub use disk::faulty::{Fault, FaultyDisk};
pub use disk::folder::FolderDisk;
pub use disk::memory::MemoryDisk;
pub use disk::{Disk, DiskError, Lock};
pub use manifest::{Manifest, ManifestEntry, ManifestError};
