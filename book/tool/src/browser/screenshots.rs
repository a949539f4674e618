//! Pictures of every page as readers see it: on a phone and on a desk, light
//! and dark.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::browser::Chromium;
use crate::browser::visit::{HARNESS, HARNESS_PATH, Sight, Visit, VisitError, visit};
use crate::serve::site::{ANY_PORT, Ask, Reply, Site};

/// A picture that is higher cannot be made in one piece, or looked at.
const HIGHEST: u32 = 3000;

/// The time of the page in which it has to be complete, in milliseconds.
const PAGE_TIME: u32 = 4000;

const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Takes pictures of pages of the site in `folder` and calls `done` with the
/// name of each. A long page is several pictures, from top to bottom.
///
/// # Errors
/// The browser does not do it, or a picture cannot be written.
pub fn take(
    chromium: Chromium,
    folder: &Path,
    visits: &[Visit],
    into: &Path,
    mut done: impl FnMut(&Path),
) -> Result<(), VisitError> {
    fs::create_dir_all(into)?;
    let into = into.canonicalize()?;
    for sight in visit(chromium, folder, visits)?.sights {
        let parts = parts(sight.high);
        for (number, part) in (1..).zip(&parts) {
            let file = into.join(name(&sight.visit, (parts.len() > 1).then_some(number)));
            shot(chromium, folder, &sight, part, &file)?;
            done(&file);
        }
    }
    Ok(())
}

/// A page's height in parts of about the same size: of a window that is only a
/// few pixels high, Chromium takes no picture.
fn parts(high: u32) -> Vec<Range<u32>> {
    let each = high.div_ceil(high.div_ceil(HIGHEST).max(1)).max(1);
    (0..high).step_by(each as usize).map(|top| top..(top + each).min(high)).collect()
}

fn name(visit: &Visit, part: Option<u32>) -> PathBuf {
    let page = visit.page.trim_end_matches(".html").replace('/', "-");
    let part = part.map(|part| format!("-{part}")).unwrap_or_default();
    format!("{page}-{}-{}{part}.png", visit.width, visit.theme).into()
}

/// Takes a picture of a part of a page.
fn shot(
    chromium: Chromium,
    folder: &Path,
    sight: &Sight,
    part: &Range<u32>,
    file: &Path,
) -> Result<(), VisitError> {
    let plan = json!({ "shot": sight.visit, "high": sight.high, "skip": part.start }).to_string();
    let answer = move |ask: &Ask| match ask.path.trim_start_matches('/') {
        HARNESS_PATH => Some(Reply::page(HARNESS)),
        "__plan" => Some(Reply::text(plan.clone())),
        _ => None,
    };
    let site = Site::start(folder, ANY_PORT, "", answer)?;
    let flags = [
        format!("--screenshot={}", file.display()),
        format!("--window-size={},{}", sight.visit.width, part.len()),
        format!("--virtual-time-budget={PAGE_TIME}"),
    ];
    // One of an earlier time would pass for the one that is to be taken.
    if file.exists() {
        fs::remove_file(file)?;
    }
    let mut browser = chromium.open(&site.url(HARNESS_PATH), flags)?;
    let start = Instant::now();
    while !browser.has_ended()? && start.elapsed() < PATIENCE {
        thread::sleep(LOOK_EVERY);
    }
    let log = browser.end()?;
    if file.exists() {
        return Ok(());
    }
    Err(VisitError::Ended { page: sight.visit.page.clone(), log })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_parted_without_a_sliver() {
        assert_eq!(parts(3001), [0..1501, 1501..3001]);
        assert_eq!(parts(6010), [0..2004, 2004..4008, 4008..6010]);
    }

    #[test]
    fn a_picture_is_named_after_what_it_shows() {
        let visit =
            Visit { page: "00-workbench.html".to_owned(), theme: "navy".to_owned(), width: 360 };
        assert_eq!(name(&visit, None), Path::new("00-workbench-360-navy.png"));
        assert_eq!(name(&visit, Some(2)), Path::new("00-workbench-360-navy-2.png"));
    }
}
