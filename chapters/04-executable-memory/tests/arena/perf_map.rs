//! The file that `perf` reads.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::sync::Arc;

use ch04_executable_memory::{Arena, ArenaOptions, Observer, PerfMap, SystemPages};

use crate::numbered::{BOTH, Numbers, options};

/// A file that is not there.
fn file(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path); // of an earlier run
    path
}

#[test]
fn there_is_a_line_for_each_piece_of_code() {
    for strategy in BOTH {
        let path = file("perf-lines.map");
        let perf_map = Arc::new(PerfMap::create(path.clone()).expect("the folder is ours"));
        let observers: Vec<Arc<dyn Observer>> = vec![perf_map.clone()];
        let arena =
            Arena::new(Arc::new(SystemPages), ArenaOptions { observers, ..options(strategy) });
        let mut numbers = Numbers::new(&arena);
        let first = numbers.add(1, 100, 16).expect("there is memory");
        let second = numbers.add(2, 0x2000, 16).expect("there is memory");
        assert_eq!(fs::read_to_string(&path).expect("it is a file"), "", "nothing is published");
        let _functions = numbers.publish().expect("code may be executed");
        let expected = format!("{first:x} 64 returns 1\n{second:x} 2000 returns 2\n");
        assert_eq!(fs::read_to_string(perf_map.path()).expect("it is a file"), expected);
    }
}

#[test]
fn what_an_earlier_process_wrote_is_overwritten() {
    let path = file("perf-earlier.map");
    fs::write(&path, "123 456 someone else's").expect("the folder is ours");
    PerfMap::create(path.clone()).expect("the folder is ours");
    assert_eq!(fs::read_to_string(path).expect("it is a file"), "");
}

#[test]
fn nobody_else_can_read_it() {
    let path = file("perf-mode.map");
    PerfMap::create(path.clone()).expect("the folder is ours");
    let mode = fs::metadata(path).expect("it is a file").permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[test]
fn a_link_is_not_followed() {
    let (link, victim) = (file("perf-link.map"), file("perf-victim"));
    fs::write(&victim, "precious").expect("the folder is ours");
    symlink(&victim, &link).expect("the folder is ours");
    PerfMap::create(link).expect_err("somebody has put a link there");
    assert_eq!(fs::read_to_string(victim).expect("it is a file"), "precious");
}
