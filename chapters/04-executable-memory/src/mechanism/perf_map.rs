//! The file in which `perf` looks up code that no executable file has. Chapter 4 of
//! the book, "Who wants to know"; the format is in the kernel's
//! `tools/perf/Documentation/jit-interface.txt`.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, LineWriter, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::OFlags;
use rustix::process::getuid;

use super::describe::Describe;
use super::observer::Observer;
use ch02_stencils::CodeAddress;

/// Writes a line for all code that is published. The format has no way to say that
/// code is freed: of two entries for an address the later one counts.
#[derive(Debug)]
pub struct PerfMap {
    file: Mutex<LineWriter<File>>,
    path: PathBuf,
}

impl PerfMap {
    /// The file that `perf` looks for: `/tmp/perf-PID.map`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn for_this_process() -> io::Result<PerfMap> {
        PerfMap::create(format!("/tmp/perf-{}.map", std::process::id()).into())
    }

    /// A file of this name, which must not be a link: anybody can put one into a
    /// folder that all share.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: PathBuf) -> io::Result<PerfMap> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        // Nor shall it be a pipe, on which to wait for a reader.
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
        let file = options.open(&path)?;
        let metadata = file.metadata()?;
        // Somebody else, who had made it before, could read where code lies.
        if !metadata.is_file() || metadata.uid() != getuid().as_raw() {
            return Err(io::Error::new(ErrorKind::AlreadyExists, "the file is somebody else's"));
        }
        Ok(PerfMap { file: Mutex::new(LineWriter::new(file)), path })
    }

    /// Which file it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

// ANCHOR: perf_map
impl Observer for PerfMap {
    fn published(&self, start: CodeAddress, code: &[u8], what: &dyn Describe) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A profile that lacks a name is no reason to stop.
        let name = what.name().replace(char::is_control, "?");
        let _ = writeln!(file, "{:x} {:x} {name}", start.0, code.len());
    }

    fn freed(&self, _: CodeAddress, _: usize) {}
}
// ANCHOR_END: perf_map
