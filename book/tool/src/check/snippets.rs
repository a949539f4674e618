//! Rust on a page compiles and runs, as rustdoc tests it, unless it says
//! `ignore`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use conformance::cargo::cargo;
use conformance::{Workspace, process};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use serde_json::Value;

use crate::check::{Book, Verdict};
use crate::render::Page;

/// Compiling and running the snippets of a page takes seconds.
const PATIENCE: Duration = Duration::from_secs(300);

/// What begins the description of a block that rustdoc tests. It takes blocks
/// without a language for Rust as well; those, another check complains about.
const TESTED: [&str; 5] = ["rust", "should_panic", "no_run", "compile_fail", "edition2024"];

/// A crate of the workspace that snippets can use.
struct Library {
    name: String,
    file: PathBuf,
}

pub(super) fn check(book: &Book) -> Result<Verdict> {
    let pages: Vec<&Page> = book.pages.iter().filter(|page| has_snippets(&page.text)).collect();
    if pages.is_empty() {
        let remarks = vec!["no page has Rust that is not `ignore`".to_owned()];
        return Ok(Verdict { remarks, ..Verdict::default() });
    }
    test(&pages, &libraries()?)
}

/// Whether rustdoc would test something on a page.
fn has_snippets(text: &str) -> bool {
    Parser::new_ext(text, Options::all()).any(|event| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => is_tested(&info),
        _ => false,
    })
}

fn is_tested(info: &str) -> bool {
    let mut words = info.split([',', ' ']);
    words.next().is_some_and(|first| TESTED.contains(&first))
        && !words.any(|word| word.starts_with("ignore"))
}

fn test(pages: &[&Page], libraries: &[Library]) -> Result<Verdict> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut complaints = Vec::new();
    for page in pages {
        // Failures are named after the file, which is only known by its name.
        let name = page.source.to_string_lossy().replace('/', "-");
        let file = folder.path().join(name);
        fs::write(&file, &page.text).context("cannot write a page")?;
        let mut command = rustdoc(&file, libraries);
        // It leaves folders there.
        command.env("TMPDIR", folder.path());
        let outcome = process::capture(&mut command, PATIENCE)?;
        if !outcome.status.is_success() {
            let said = [outcome.stdout, outcome.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            complaints.push(format!("book/src/{}:\n{said}", page.source.display()));
        }
    }
    Ok(Verdict::of(complaints))
}

fn rustdoc(file: &Path, libraries: &[Library]) -> Command {
    let mut command = Command::new(std::env::var_os("RUSTDOC").unwrap_or("rustdoc".into()));
    command.args(["--test", "--edition", "2024"]).arg(file).stdin(Stdio::null());
    for Library { name, file } in libraries {
        let folder = file.parent().unwrap_or(Path::new(""));
        let folder = if folder.ends_with("deps") { folder.to_owned() } else { folder.join("deps") };
        command.arg("--extern").arg(format!("{name}={}", file.display()));
        command.arg("-L").arg(format!("dependency={}", folder.display()));
    }
    command
}

/// Builds the chapters' libraries.
fn libraries() -> Result<Vec<Library>> {
    let workspace = Workspace::load()?;
    let packages: Vec<&str> = workspace.chapters().iter().map(|one| one.package()).collect();
    let mut command =
        cargo(workspace.root(), &["build", "--message-format=json-render-diagnostics", "--lib"]);
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    let outcome = command.stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    if !outcome.status.success() {
        bail!("the chapters do not build");
    }
    let names: Vec<String> = packages.iter().map(|package| package.replace('-', "_")).collect();
    let built = artifacts(&String::from_utf8_lossy(&outcome.stdout));
    Ok(built.into_iter().filter(|library| names.contains(&library.name)).collect())
}

/// The libraries in cargo's messages.
fn artifacts(messages: &str) -> Vec<Library> {
    let libraries = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
        let file = files.into_iter().find(|file| file.ends_with(".rlib"))?;
        Some(Library { name: message["target"]["name"].as_str()?.to_owned(), file: file.into() })
    });
    libraries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::book::tests::sample;

    fn complaints(code: &str) -> Vec<String> {
        let (_folder, book) = sample(&format!("# A\n\n```rust\n{code}\n```\n"), &[]);
        let pages: Vec<&Page> = book.pages.iter().filter(|page| has_snippets(&page.text)).collect();
        assert_eq!(pages.len(), 1);
        test(&pages, &[]).expect("rustdoc is there").complaints
    }

    #[test]
    fn a_snippet_that_runs_is_fine() {
        assert_eq!(complaints("assert_eq!(2 + 2, 4);"), [""; 0]);
    }

    #[test]
    fn one_that_panics_or_does_not_compile_is_found() {
        assert!(complaints("assert_eq!(2 + 2, 5);")[0].starts_with("book/src/a.md:\n"));
        assert!(complaints("let x: u8 = \"\";")[0].contains("mismatched types"));
    }

    #[test]
    fn only_rust_is_tested() {
        for info in ["rust", "rust,no_run", "should_panic"] {
            assert!(has_snippets(&format!("```{info}\nx\n```\n")), "{info}");
        }
        for info in ["", "rust,ignore", "text", "c", "python", "rust,ignore-wasm"] {
            assert!(!has_snippets(&format!("```{info}\nx\n```\n")), "{info}");
        }
    }

    #[test]
    fn libraries_are_read_from_cargos_messages() {
        let messages = "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"ch00_workbench\"},\
                        \"filenames\":[\"/t/debug/libch00_workbench.rlib\",\"/t/x.rmeta\"]}\n\
                        {\"reason\":\"build-finished\",\"success\":true}\n";
        let libraries = artifacts(messages);
        assert_eq!(libraries.len(), 1);
        assert_eq!(libraries[0].name, "ch00_workbench");
        let command = rustdoc(Path::new("a.md"), &libraries);
        assert!(process::shown(&command).ends_with(
            "--extern ch00_workbench=/t/debug/libch00_workbench.rlib -L dependency=/t/debug/deps"
        ));
    }
}
