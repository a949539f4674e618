//! What each command of the binary does.

use std::env;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use book_tool::Place;
use book_tool::browser::{Chromium, screenshots};
use book_tool::check::{Book, CHECKS, Check, Verdict, visits};
use book_tool::preprocessor::{self, Directives};
use book_tool::recording::run::{Comparison, RecordError};
use book_tool::recording::{Recording, Recordings, run};
use book_tool::render::{Rendering, messages};
use book_tool::serve::{self, Builds, watch};

pub(super) fn preprocess() -> Result<ExitCode> {
    preprocessor::answer(io::stdin().lock(), io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn build(
    place: &Place,
    shows_errors: bool,
    into: Option<PathBuf>,
    opens: bool,
) -> Result<ExitCode> {
    let into = into.map(std::path::absolute).transpose()?;
    let (folder, complaints) = render(place, into.as_deref(), shows_errors);
    complaints.iter().for_each(|complaint| eprintln!("error: {complaint}"));
    let start = folder?.join("index.html");
    println!("The book is in {}", start.display());
    if opens {
        open_in_browser(&start.to_string_lossy());
    }
    Ok(if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Renders the book and returns its folder, and what mdBook complained about.
fn render(
    place: &Place,
    into: Option<&Path>,
    shows_errors: bool,
) -> (Result<PathBuf>, Vec<String>) {
    messages::during(|| Rendering::load(place, into, Directives { shows_errors })?.build())
}

/// Nothing fails where there is no browser: the place has been printed.
fn open_in_browser(what: &str) {
    if let Err(error) = open::that(what) {
        eprintln!("No browser could be started here ({error}); open {what} in yours.");
    }
}

pub(super) fn serve(place: &Place, address: SocketAddr, opens: bool) -> Result<ExitCode> {
    let builds = Builds::default();
    let build = || {
        let start = Instant::now();
        let (folder, complaints) = render(place, None, true);
        complaints.iter().for_each(|complaint| eprintln!("error: {complaint}"));
        match &folder {
            Ok(_) => println!("built in {:.1} s", start.elapsed().as_secs_f64()),
            Err(error) => eprintln!("error: {error:#}"),
        }
        builds.add();
        folder
    };
    let site = serve::start(&build()?, address, &builds)?;
    println!("The book is at {}; Ctrl-C ends this.", site.url(""));
    if opens {
        open_in_browser(&site.url(""));
    }
    watch::forever(place, || drop(build()))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn check(place: &Place, only: &[String], except: &[String]) -> Result<ExitCode> {
    for name in only.iter().chain(except) {
        if !CHECKS.iter().any(|check| check.name == name) {
            let names: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
            bail!("there is no check `{name}`; there is {}", names.join(", "));
        }
    }
    let is_strict = env::var("CI").is_ok_and(|value| value == "true");
    let book = Book::render(place, is_strict)?;
    let has = |list: &[String], check: &Check| list.iter().any(|name| check.name == name);
    let checks: Vec<&Check> = CHECKS
        .iter()
        .filter(|check| (only.is_empty() || has(only, check)) && !has(except, check))
        .collect();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (index, check) in checks.iter().enumerate() {
        println!("[{}/{}] {}: {}", index + 1, checks.len(), check.name, check.rule);
        let verdict = make(check, &book);
        match verdict {
            Verdict { left_out: Some(_), .. } => skipped += 1,
            Verdict { complaints, .. } if complaints.is_empty() => passed += 1,
            _ => failed += 1,
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes a check and prints what came of it. A check that cannot be made has
/// failed, and keeps no other from being made.
fn make(check: &Check, book: &Book) -> Verdict {
    let start = Instant::now();
    let verdict = check.run(book).unwrap_or_else(|error| Verdict {
        complaints: vec![format!("cannot check this: {error:#}")],
        ..Verdict::default()
    });
    for line in verdict.remarks.iter().chain(&verdict.complaints) {
        println!("  {}", line.trim_end().replace('\n', "\n    "));
    }
    let seconds = start.elapsed().as_secs_f64();
    match &verdict.left_out {
        Some(reason) => println!("left out: {reason}"),
        None if verdict.complaints.is_empty() => println!("ok, {seconds:.1} s"),
        None => println!("FAILED, {seconds:.1} s"),
    }
    verdict
}

pub(super) fn record(place: &Place, names: &[String], compares: bool) -> Result<ExitCode> {
    let recordings = Recordings::read(place)?;
    if let Some(name) = names.iter().find(|name| recordings.get(name).is_none()) {
        bail!("there is no recording `{name}` in book/recordings.toml");
    }
    let mut failed = 0;
    for recording in recordings.iter() {
        if names.is_empty() || names.contains(&recording.name) {
            let (word, succeeded) = recorded(place, recording, compares);
            println!("{:<28}{word}", recording.name);
            failed += u32::from(!succeeded);
        }
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes a record or compares it; a word on what came of it, and whether that
/// is good.
fn recorded(place: &Place, recording: &Recording, compares: bool) -> (String, bool) {
    let now = match run::run(place, recording) {
        Ok(now) => now,
        Err(error @ RecordError::NoTool(_)) => return (format!("left as it is: {error}"), true),
        Err(error) => return (format!("error: {error}"), false),
    };
    match run::compare(place, recording, &now) {
        Comparison::Same => ("as it was".to_owned(), true),
        Comparison::Missing if compares => ("not recorded yet".to_owned(), false),
        Comparison::Different(diff) if compares => (format!("different\n{diff}"), false),
        change => match run::write(place, recording, &now) {
            Err(error) => (format!("error: {error}"), false),
            Ok(()) if change == Comparison::Missing => ("recorded".to_owned(), true),
            Ok(()) => ("recorded again, and different".to_owned(), true),
        },
    }
}

pub(super) fn screenshots(place: &Place, into: &Path, only: &[String]) -> Result<ExitCode> {
    let chromium = Chromium::find()
        .context("there is no Chromium here; `cargo xtask doctor` says how to get it")?;
    let folder = tempfile::tempdir()?;
    let (pages, _) = messages::during(|| {
        let rendering =
            Rendering::load(place, Some(folder.path()), Directives { shows_errors: true })?;
        rendering.build()?;
        rendering.pages()
    });
    let pages = pages?.into_iter().map(|page| page.html.to_string_lossy().into_owned());
    let pages: Vec<String> = pages.collect();
    let is_called = |page: &String, name: &String| page.trim_end_matches(".html") == name;
    if let Some(name) = only.iter().find(|name| !pages.iter().any(|page| is_called(page, name))) {
        bail!("there is no page `{name}`; give its path from book/src, without `.md`");
    }
    let is_wanted =
        |page: &String| only.is_empty() || only.iter().any(|name| is_called(page, name));
    let pages: Vec<String> = pages.into_iter().filter(is_wanted).collect();
    screenshots::take(chromium, folder.path(), &visits(&pages), into, |file| {
        println!("{}", file.display());
    })?;
    Ok(ExitCode::SUCCESS)
}
