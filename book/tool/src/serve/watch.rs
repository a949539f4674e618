//! Notices when a file that the book is made of changes.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use notify::{Event, EventKind, RecursiveMode, Watcher};

use crate::Place;
use crate::serve::ServeError;

/// An editor may write a file in several steps.
const QUIET: Duration = Duration::from_millis(150);

/// The folders with pages, code that pages show, and what is recorded.
const WATCHED: [&str; 5] = ["book", "chapters", "stencils", "tests", "xtask"];

/// Calls `changed` whenever files of the book have changed, for ever.
///
/// # Errors
/// The system cannot watch them.
pub fn forever(place: &Place, mut changed: impl FnMut()) -> Result<(), ServeError> {
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(sender)?;
    for folder in WATCHED {
        let folder = place.root().join(folder);
        if folder.is_dir() {
            watcher.watch(&folder, RecursiveMode::Recursive)?;
        }
    }
    while let Ok(event) = events.recv() {
        if is_change(&event?) {
            while events.recv_timeout(QUIET).is_ok() {}
            changed();
        }
    }
    Ok(())
}

/// Whether something was written: to build the book is to read its files.
fn is_change(event: &Event) -> bool {
    let is_read = matches!(event.kind, EventKind::Access(_));
    !is_read && event.paths.iter().any(|path| is_source(path))
}

/// Whether a person wrote this file: editors leave others while they save.
fn is_source(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with(['.', '#']) && !name.ends_with(['~', '#']) && !name.ends_with(".swp")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::channel;
    use std::thread;

    use notify::event::{AccessKind, ModifyKind};

    use super::*;

    #[test]
    fn a_change_in_a_page_is_noticed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = Place::at(folder.path());
        fs::create_dir_all(place.pages()).expect("the folder is ours");
        let page = place.pages().join("a.md");
        let (sender, changes) = channel();
        let changed = move || {
            // That the folder goes is noticed when nobody waits any more.
            let _ = sender.send(());
        };
        thread::spawn(move || forever(&place, changed));
        // The watch may start after the first of these.
        let noticed = (0..100).any(|round| {
            fs::write(&page, round.to_string()).expect("the folder is ours");
            changes.recv_timeout(Duration::from_millis(300)).is_ok()
        });
        assert!(noticed);
    }

    #[test]
    fn to_read_a_page_is_no_change() {
        let page = |kind| Event::new(kind).add_path("book/src/a.md".into());
        assert!(!is_change(&page(EventKind::Access(AccessKind::Any))));
        assert!(is_change(&page(EventKind::Modify(ModifyKind::Any))));
    }

    #[test]
    fn what_editors_leave_behind_is_not_a_source() {
        for name in [".a.md.swp", "a.md~", "#a.md#"] {
            assert!(!is_source(Path::new(name)), "{name}");
        }
        assert!(is_source(Path::new("book/src/a.md")));
    }
}
