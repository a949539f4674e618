//! Finds Chromium and starts it without a window.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use conformance::process;
use tempfile::TempDir;

/// What it is called on one system or another.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Nothing of the reader's own browser is used, and nothing is fetched from
/// elsewhere: every name but this machine's is unknown.
const FLAGS: [&str; 13] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

const PROBE_PATIENCE: Duration = Duration::from_secs(60);

/// How often its folder is removed, and how long after each other: its other
/// processes write into it until they notice that it has ended.
const REMOVALS: u32 = 40;
const REMOVE_EVERY: Duration = Duration::from_millis(50);

/// A Chromium that works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chromium {
    program: &'static str,
}

/// A Chromium that is running, with what it writes.
pub struct Running {
    child: Child,
    /// Holds what it keeps, and its log.
    profile: TempDir,
}

impl Chromium {
    /// The first that can say its version.
    #[must_use]
    pub fn find() -> Option<Self> {
        let works = |program: &&str| {
            let mut command = Command::new(program);
            let outcome = process::capture(command.arg("--version"), PROBE_PATIENCE);
            outcome.is_ok_and(|outcome| outcome.status.is_success())
        };
        NAMES.into_iter().find(works).map(|program| Self { program })
    }

    /// Opens a page with some more flags.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn open<F: AsRef<OsStr>>(
        self,
        url: &str,
        flags: impl IntoIterator<Item = F>,
    ) -> io::Result<Running> {
        let profile = tempfile::tempdir()?;
        // A file, as its other processes may hold a pipe open after its end.
        let log = File::create(log(profile.path()))?;
        let child = Command::new(self.program)
            .args(FLAGS)
            .args(flags)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            // It is killed, and would leave folders in a common one.
            .env("TMPDIR", profile.path())
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        Ok(Running { child, profile })
    }
}

impl Running {
    /// Whether it has ended by itself.
    ///
    /// # Errors
    /// The connection to it broke.
    pub fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// What its log has in it so far.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn log(&self) -> io::Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(log(self.profile.path()))?).into_owned())
    }

    /// Ends it, and returns what its log has in it.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn end(mut self) -> io::Result<String> {
        self.stop();
        self.log()
    }

    fn stop(&mut self) {
        // Neither fails unless it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        for _ in 0..REMOVALS {
            if fs::remove_dir_all(self.profile.path()).is_ok() {
                break;
            }
            thread::sleep(REMOVE_EVERY);
        }
    }
}

fn log(profile: &Path) -> PathBuf {
    profile.join("log.txt")
}
