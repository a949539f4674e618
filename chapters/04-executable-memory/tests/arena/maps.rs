//! What the kernel says about this process.

use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// A mapping of this process.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) addresses: Range<u64>,
    /// Such as `r-xp`.
    pub(crate) access: String,
}

/// All mappings, in order.
pub(crate) fn mappings() -> Vec<Mapping> {
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux says what is mapped");
    let number = |text: &str| u64::from_str_radix(text, 16).expect("an address");
    let mapping = |line: &str| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let access = words.next()?.to_owned();
        Some(Mapping { addresses: number(start)..number(end), access })
    };
    maps.lines().map(|line| mapping(line).expect("two addresses and the access")).collect()
}

/// What may be done at an address; `None` if nothing is mapped there.
pub(crate) fn access(address: u64) -> Option<String> {
    let found = mappings().into_iter().find(|mapping| mapping.addresses.contains(&address));
    found.map(|mapping| mapping.access)
}

/// Panics if there is a page that can be written and executed.
pub(crate) fn assert_write_xor_execute() {
    for mapping in mappings() {
        let both = mapping.access.contains('w') && mapping.access.contains('x');
        assert!(!both, "{mapping:x?} can be written and executed");
    }
}

/// What lies at an address of this process that can be read.
pub(crate) fn bytes_at(address: u64, count: usize) -> Vec<u8> {
    let memory = File::open("/proc/self/mem").expect("a process may read its own memory");
    let mut bytes = vec![0; count];
    memory.read_exact_at(&mut bytes, address).expect("something is mapped there");
    bytes
}

/// How many bytes of memory nobody else has are resident, and of what is shared.
pub(crate) fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux says how it is");
    kibibytes(&status, "RssAnon:") + kibibytes(&status, "RssShmem:")
}

/// How many bytes are this process's share of all memory: what it has mapped twice
/// counts once.
pub(crate) fn proportional() -> u64 {
    let text = fs::read_to_string("/proc/self/smaps_rollup").expect("Linux has added it up");
    kibibytes(&text, "Pss:")
}

fn kibibytes(text: &str, key: &str) -> u64 {
    let value = text.lines().find_map(|line| line.strip_prefix(key)).expect(key);
    let number = value.trim().trim_end_matches(" kB").parse::<u64>();
    number.expect("a number of kibibytes") * 1024
}
