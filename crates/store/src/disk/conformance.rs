//! What every backend of [`Disk`] promises, as assertions. A backend's test calls [`check`] with an empty disk.

use std::time::Duration;

use super::{Disk, DiskError};

/// Asserts every promise on an empty disk.
///
/// # Panics
/// When a promise is not kept; the message names it.
pub fn check(disk: &dyn Disk) {
    what_is_written_is_read(disk);
    a_missing_file_is_said_to_be_missing(disk);
    appends_add_to_the_end(disk);
    lists_are_sorted_and_whole(disk);
    paths_stay_inside(disk);
    a_lock_is_held_by_one(disk);
}

fn what_is_written_is_read(disk: &dyn Disk) {
    for bytes in [&b"first"[..], b"second, longer", b"", &[0, 255, 10, 13]] {
        disk.write("read/deep/er/file", bytes)
            .expect("a file is written");
        assert_eq!(
            disk.read("read/deep/er/file").expect("a file is read"),
            bytes
        );
        assert_eq!(
            disk.len("read/deep/er/file").expect("a length"),
            Some(bytes.len() as u64)
        );
    }
    disk.remove("read/deep/er/file").expect("a file is removed");
    assert_eq!(disk.len("read/deep/er/file").expect("a length"), None);
}

fn a_missing_file_is_said_to_be_missing(disk: &dyn Disk) {
    assert!(matches!(disk.read("none"), Err(DiskError::NotFound { .. })));
    assert_eq!(disk.len("none").expect("a length"), None);
    disk.remove("none")
        .expect("removing what is not there is no error");
    assert_eq!(disk.list("none").expect("a list"), Vec::<String>::new());
}

fn appends_add_to_the_end(disk: &dyn Disk) {
    disk.append("journal/a", b"one\n")
        .expect("a journal is made");
    disk.append("journal/a", b"two\n").expect("a journal grows");
    assert_eq!(
        disk.read("journal/a").expect("a journal is read"),
        b"one\ntwo\n"
    );
    disk.write("journal/a", b"new\n")
        .expect("a journal is replaced");
    disk.append("journal/a", b"more\n")
        .expect("a journal grows again");
    assert_eq!(
        disk.read("journal/a").expect("a journal is read"),
        b"new\nmore\n"
    );
}

fn lists_are_sorted_and_whole(disk: &dyn Disk) {
    for path in ["list/b", "list/a/z", "list/a/c/d", "list/a.b", "listed"] {
        disk.write(path, b"x").expect("a file is written");
    }
    let below = ["list/a.b", "list/a/c/d", "list/a/z", "list/b"];
    assert_eq!(disk.list("list").expect("a list"), below);
    assert_eq!(
        disk.list("list/a").expect("a list"),
        ["list/a/c/d", "list/a/z"]
    );
    let all = disk.list("").expect("a list of all");
    assert!(all.contains(&"listed".to_owned()) && all.contains(&"list/a/c/d".to_owned()));
}

fn paths_stay_inside(disk: &dyn Disk) {
    let bad = [
        "", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\\b", "c:a", "a\nb", ".tmp-1",
        "a/.tmp-x",
    ];
    for path in bad {
        let is_bad = |error| matches!(error, DiskError::BadPath { .. });
        assert!(disk.read(path).is_err_and(is_bad), "`{path}` was read");
        assert!(disk.len(path).is_err_and(is_bad), "`{path}` was measured");
        assert!(
            disk.write(path, b"x").is_err_and(is_bad),
            "`{path}` was written"
        );
        assert!(
            disk.append(path, b"x").is_err_and(is_bad),
            "`{path}` was added to"
        );
        assert!(disk.remove(path).is_err_and(is_bad), "`{path}` was removed");
        assert!(
            disk.lock(path, Duration::ZERO, "nobody").is_err(),
            "`{path}` was locked"
        );
        assert!(
            path.is_empty() || disk.list(path).is_err_and(is_bad),
            "`{path}` was listed"
        );
    }
}

fn a_lock_is_held_by_one(disk: &dyn Disk) {
    let wait = Duration::from_millis(30);
    let held = disk
        .lock("locks/one", wait, "galen run, process 7")
        .expect("a free lock is taken");
    match disk.lock("locks/one", wait, "galen gate") {
        Err(DiskError::Held { by, .. }) => assert_eq!(by, "galen run, process 7"),
        Err(other) => panic!("a held lock was refused for another reason: {other}"),
        Ok(_) => panic!("a held lock was taken"),
    }
    let other = disk
        .lock("locks/two", wait, "galen gate")
        .expect("another lock is free");
    drop(held);
    let again = disk
        .lock("locks/one", wait, "galen gate")
        .expect("a lock that was let go is free");
    drop((other, again));
}
