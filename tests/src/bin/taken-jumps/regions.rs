//! Where a process has code, and whether that code comes from a file. Chapter 3
//! of the book, "Payoff", counts only the code that does not.

use std::fs;
use std::io;
use std::ops::Range;

use nix::unistd::Pid;

/// The executable memory of a process.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    executable: Vec<Region>,
}

#[derive(Debug, PartialEq, Eq)]
struct Region {
    addresses: Range<u64>,
    is_anonymous: bool,
}

impl Regions {
    /// What a process has now.
    ///
    /// # Errors
    /// The system's: most likely, the process has gone.
    pub(crate) fn of(process: Pid) -> io::Result<Regions> {
        Ok(Regions::parse(&fs::read_to_string(format!("/proc/{process}/maps"))?))
    }

    fn parse(maps: &str) -> Regions {
        Regions { executable: maps.lines().filter_map(Region::parse).collect() }
    }

    /// Whether there is any code that comes from no file.
    pub(crate) fn have_anonymous_code(&self) -> bool {
        self.executable.iter().any(|region| region.is_anonymous)
    }

    /// Whether the code at an address comes from no file; `None` if no code is
    /// known to be there.
    pub(crate) fn is_anonymous(&self, address: u64) -> Option<bool> {
        let region = self.executable.iter().find(|region| region.addresses.contains(&address))?;
        Some(region.is_anonymous)
    }
}

impl Region {
    /// Reads a line of `/proc/PID/maps`, if it is about executable memory:
    /// addresses, rights, offset, device, inode and, perhaps, a name.
    fn parse(line: &str) -> Option<Region> {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        if !words.next()?.contains('x') {
            return None;
        }
        let address = |digits| u64::from_str_radix(digits, 16).ok();
        Some(Region {
            addresses: address(start)?..address(end)?,
            is_anonymous: is_anonymous(words.nth(3).unwrap_or_default()),
        })
    }
}

/// Whether memory with this name comes from no file. A `memfd` is a file in
/// name only; `[vdso]` is the kernel's.
fn is_anonymous(name: &str) -> bool {
    name.is_empty() || name.starts_with("[anon:") || name.starts_with("/memfd:")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &str = "\
55d0c0000000-55d0c0001000 r--p 00000000 fe:00 123                        /bin/jit
55d0c0001000-55d0c0002000 r-xp 00001000 fe:00 123                        /bin/jit
7f0000000000-7f0000001000 r-xp 00000000 00:00 0 
7f0000001000-7f0000002000 rw-p 00000000 00:00 0 
7f0000002000-7f0000003000 r-xs 00000000 00:01 7                          /memfd:code (deleted)
7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0                          [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
";

    #[test]
    fn executable_memory_without_a_file_is_anonymous() {
        let regions = Regions::parse(MAPS);
        assert!(regions.have_anonymous_code());
        assert_eq!(regions.is_anonymous(0x7f00_0000_0000), Some(true));
        assert_eq!(regions.is_anonymous(0x7f00_0000_2fff), Some(true));
    }

    #[test]
    fn files_and_the_kernels_code_are_not_anonymous() {
        let regions = Regions::parse(MAPS);
        for address in [0x55d0_c000_1000, 0x7ffc_0000_0000, 0xffff_ffff_ff60_0000] {
            assert_eq!(regions.is_anonymous(address), Some(false), "{address:#x}");
        }
    }

    #[test]
    fn memory_that_cannot_be_executed_is_no_code() {
        let regions = Regions::parse(MAPS);
        for address in [0x55d0_c000_0000, 0x7f00_0000_1000, 0x1000] {
            assert_eq!(regions.is_anonymous(address), None, "{address:#x}");
        }
    }
}
