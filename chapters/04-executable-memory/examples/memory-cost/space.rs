//! What is mapped in this process, as the kernel tells it. Chapter 4 of the book,
//! "Payoff"; the format is in the kernel's
//! `Documentation/filesystems/proc.rst`.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::Sub;

/// What is mapped, or by how much that has grown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Space {
    /// How many mappings there are.
    pub(super) mappings: i64,
    /// Bytes of addresses at which code can be executed.
    pub(super) executable_bytes: i64,
    /// Bytes of memory that belong to no file on a disk: the code and what is known
    /// about it. What is mapped twice counts once.
    pub(super) resident_bytes: i64,
}

impl Space {
    /// What this process has now.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub(super) fn now() -> io::Result<Space> {
        Space::read(BufReader::new(File::open("/proc/self/smaps")?))
    }

    /// Line by line, as a text of all mappings would be a part of what is measured.
    fn read(smaps: impl BufRead) -> io::Result<Space> {
        let mut space = Space::default();
        let mut is_memory = false;
        for line in smaps.lines() {
            let line = line?;
            match line.split_once(char::is_whitespace) {
                Some(("Pss:", value)) if is_memory => space.resident_bytes += bytes(value),
                Some((addresses, rest)) if !addresses.ends_with(':') => {
                    space.mappings += 1;
                    is_memory = is_nobodys_file(rest);
                    if rest.as_bytes().get(2) == Some(&b'x') {
                        space.executable_bytes += length(addresses);
                    }
                }
                _ => {}
            }
        }
        Ok(space)
    }
}

impl Sub for Space {
    type Output = Space;

    fn sub(self, before: Space) -> Space {
        Space {
            mappings: self.mappings - before.mappings,
            executable_bytes: self.executable_bytes - before.executable_bytes,
            resident_bytes: self.resident_bytes - before.resident_bytes,
        }
    }
}

/// Whether a mapping is of memory: `rw-p 00000000 00:00 0 PATH` with no inode, or one
/// of a file that is on no disk.
fn is_nobodys_file(description: &str) -> bool {
    description.split_whitespace().nth(3) == Some("0") || description.contains("/memfd:")
}

/// How many bytes of addresses there are in `7f00-8000`.
fn length(addresses: &str) -> i64 {
    let parse = |address| i64::from_str_radix(address, 16).ok();
    let ends = addresses.split_once('-').map(|(start, end)| (parse(start), parse(end)));
    // The kernel's own page is at negative addresses, and always there.
    if let Some((Some(start), Some(end))) = ends { end - start } else { 0 }
}

/// How many bytes `  4 kB` are.
fn bytes(value: &str) -> i64 {
    let kilobytes = value.trim().trim_end_matches(" kB").parse::<i64>();
    kilobytes.map_or(0, |kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMAPS: &str = "\
55e8c0000000-55e8c0003000 r-xp 00001000 fe:00 133  /usr/bin/program
Size:                 12 kB
Pss:                   8 kB
55e8c1000000-55e8c1002000 rw-p 00000000 00:00 0                          [heap]
Pss:                   4 kB
Pss_Dirty:             4 kB
7f0000000000-7f0000010000 rw-s 00000000 00:01 9  /memfd:jit-code (deleted)
Pss:                  16 kB
VmFlags: rd wr sh mr mw me ms sd
7f0000020000-7f0000030000 r-xs 00000000 00:01 9  /memfd:jit-code (deleted)
Pss:                  16 kB
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
Pss:                   0 kB
";

    #[test]
    fn mappings_executable_addresses_and_memory_are_counted() {
        let space = Space::read(SMAPS.as_bytes()).unwrap();
        let expected = Space { mappings: 5, executable_bytes: 0x13000, resident_bytes: 36 << 10 };
        assert_eq!(space, expected);
    }
}
