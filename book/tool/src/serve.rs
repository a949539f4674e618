//! Shows the book in a browser: a small server of files on this machine, and a
//! watch that builds the book again when something in it changes.

pub mod site;
pub mod watch;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

use crate::serve::site::{Ask, Reply, Site};

/// Where a page asks for the number of the latest build.
const BUILD: &str = "/__build";

/// Loads a page again as soon as there is a newer build. Only pages that are
/// served have it.
const RELOAD: &str = "<script>(() => {
  let seen;
  setInterval(async () => {
    const answer = await fetch('/__build').catch(() => null);
    const build = answer && await answer.text();
    if (build && seen && build !== seen) location.reload();
    seen = build || seen;
  }, 700);
})();</script>";

/// Why the book cannot be shown.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The server could not be started.
    #[error("cannot serve on {address}: {reason}; choose another port with `--port`")]
    Server {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        reason: io::Error,
    },
    /// The files cannot be watched.
    #[error("cannot watch the book's files: {0}")]
    Watch(#[from] notify::Error),
}

/// The number of builds so far, which the pages ask for.
#[derive(Debug, Clone, Default)]
pub struct Builds(Arc<AtomicU64>);

impl Builds {
    /// Says that there is a new build.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn answer(&self, ask: &Ask) -> Option<Reply> {
        (ask.path == BUILD).then(|| Reply::text(self.0.load(Ordering::Relaxed).to_string()))
    }
}

/// Serves a folder whose pages load themselves again after each of `builds`.
///
/// # Errors
/// The address is taken.
pub fn start(folder: &Path, address: SocketAddr, builds: &Builds) -> Result<Site, ServeError> {
    let builds = builds.clone();
    Site::start(folder, address, RELOAD, move |ask| builds.answer(ask))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::serve::site::tests::get;

    #[test]
    fn a_page_learns_of_a_new_build() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("a.html"), "<head></head>").expect("the folder is ours");
        let builds = Builds::default();
        let site = start(folder.path(), site::ANY_PORT, &builds).expect("a port is free");
        assert!(get(&site, "/a.html").contains("location.reload"));
        assert!(get(&site, BUILD).ends_with("\r\n\r\n0"));
        builds.add();
        assert!(get(&site, BUILD).ends_with("\r\n\r\n1"));
    }
}
