//! Visits pages of a site, each in several themes and widths, in one browser,
//! and reports what a reader would complain about.

use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use crate::browser::Chromium;
use crate::browser::chromium::Running;
use crate::serve::ServeError;
use crate::serve::site::{ANY_PORT, Ask, Reply, Site};

/// The page that opens the others.
pub(super) const HARNESS: &str = include_str!("harness.html");
/// Where it lies, beside the files of the site.
pub(super) const HARNESS_PATH: &str = "__harness";
const PLAN_PATH: &str = "/__plan";
const REPORT_PATH: &str = "/__report";

/// No page takes this long, on the slowest machine, the start of the browser
/// included.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What Chromium writes before each line of a page's console; the number of a
/// line of source follows, `:1]` or, from older ones, `(1)]`.
const CONSOLE: &str = ":CONSOLE";

/// What our page writes to its console when it has seen all others. What they
/// wrote stands in the log before it.
const LAST_LINE: &str = "\"all pages were visited\"";

/// A page to look at, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Its file, from the root of the site.
    pub page: String,
    /// A theme of mdBook.
    pub theme: String,
    /// The width of the page, in pixels.
    pub width: u32,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sight {
    /// What was looked at.
    pub visit: Visit,
    /// Whether the page shows the theme.
    pub has_theme: bool,
    /// How much of the page one sees at once, in pixels.
    pub visible: u32,
    /// How wide the page is.
    pub wide: u32,
    /// How high it is.
    pub high: u32,
    /// What makes it wider than one can see, if that was found.
    pub culprit: String,
    /// What it asked for outside the site.
    pub outside: Vec<String>,
}

/// What came of all visits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// One for each visit, in their order.
    pub sights: Vec<Sight>,
    /// What pages wrote to their consoles.
    pub console: Vec<String>,
}

/// Why the pages could not be visited.
#[derive(Debug, Error)]
pub enum VisitError {
    /// Chromium could not be started, or was lost.
    #[error("cannot run Chromium: {0}")]
    Chromium(#[from] io::Error),
    /// The site could not be served.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Nothing more came.
    #[error("Chromium said nothing about {page} for {} s:\n{log}", PATIENCE.as_secs())]
    Silent {
        /// The page that it was to look at.
        page: String,
        /// What it wrote.
        log: String,
    },
    /// It ended.
    #[error("Chromium ended before it had seen {page}:\n{log}")]
    Ended {
        /// The page that it was to look at.
        page: String,
        /// What it wrote.
        log: String,
    },
    /// It said something else than a report.
    #[error("the browser's report cannot be read: {0}")]
    Report(#[from] serde_json::Error),
}

/// Visits pages of the site in a folder.
///
/// # Errors
/// The browser does not do it.
pub fn visit(chromium: Chromium, folder: &Path, visits: &[Visit]) -> Result<Seen, VisitError> {
    let (sender, reports) = mpsc::channel();
    let plan = json!({ "visits": visits }).to_string();
    let site = Site::start(folder, ANY_PORT, "", move |ask| answer(ask, &plan, &sender))?;
    let mut browser = chromium.open(&site.url(HARNESS_PATH), NO_FLAGS)?;
    let mut sights = Vec::new();
    for Visit { page, .. } in visits {
        match wait(&reports, || browser.has_ended()) {
            Ok(report) => sights.push(serde_json::from_str(&report)?),
            Err(end) => return Err(end.error(page, browser.end()?)),
        }
    }
    match console_of_all(&browser)? {
        Some(console) => Ok(Seen { sights, console }),
        None => Err(End::Silent.error("the last page's console", browser.end()?)),
    }
}

const NO_FLAGS: [&str; 0] = [];

/// Why no report comes.
enum End {
    Silent,
    Ended,
}

impl End {
    fn error(self, page: &str, log: String) -> VisitError {
        let page = page.to_owned();
        match self {
            Self::Silent => VisitError::Silent { page, log },
            Self::Ended => VisitError::Ended { page, log },
        }
    }
}

fn answer(ask: &Ask, plan: &str, reports: &Sender<String>) -> Option<Reply> {
    match ask.path.as_str() {
        PLAN_PATH => Some(Reply::text(plan)),
        REPORT_PATH => {
            // Nobody listens any more if the visit was given up.
            let _ = reports.send(ask.body.clone());
            Some(Reply::text(""))
        }
        path if path.trim_start_matches('/') == HARNESS_PATH => Some(Reply::page(HARNESS)),
        _ => None,
    }
}

/// The next report.
fn wait(
    reports: &Receiver<String>,
    mut has_ended: impl FnMut() -> io::Result<bool>,
) -> Result<String, End> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match reports.recv_timeout(LOOK_EVERY) {
            Ok(report) => return Ok(report),
            Err(RecvTimeoutError::Timeout) if has_ended().unwrap_or(true) => {
                return Err(End::Ended);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(End::Ended),
        }
    }
    Err(End::Silent)
}

/// The lines of all pages' consoles, as soon as the log has them: reports are
/// quicker than it. `None`, if that does not happen.
fn console_of_all(browser: &Running) -> io::Result<Option<Vec<String>>> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let mut lines = console(&browser.log()?);
        if let Some(end) = lines.iter().position(|line| line.starts_with(LAST_LINE)) {
            lines.truncate(end);
            return Ok(Some(lines));
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(None)
}

/// The lines of the consoles, without what Chromium writes before them.
fn console(log: &str) -> Vec<String> {
    let lines = log.lines().filter_map(|line| line.split_once(CONSOLE));
    lines.map(|(_, rest)| rest.split_once("] ").map_or(rest, |(_, text)| text).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_consoles_are_taken_from_the_log() {
        let log = "[1:1:0101/1:ERROR:dbus/bus.cc:405] no bus\n\
                   [1:1:0101/1:INFO:CONSOLE:2] \"w 500\", source: http://127.0.0.1:1/a.html (2)\n\
                   [0101/1:INFO:CONSOLE(7)] \"old\", source: http://127.0.0.1:1/a.html (7)\n";
        let source = "source: http://127.0.0.1:1/a.html";
        let expected = [format!("\"w 500\", {source} (2)"), format!("\"old\", {source} (7)")];
        assert_eq!(console(log), expected);
    }
}
