//! Runs all test programs in the chapters' engines, on objects that are not the
//! prebuilt ones.

use std::path::Path;

use anyhow::{Context, Result};
use conformance::cargo::cargo;
use conformance::workspace::ONLY_CHAPTER;
use conformance::{Chapter, Workspace};

/// The environment variable by which a chapter is told where its objects are.
const OBJECTS: &str = "COPY_PATCH_RUN_STENCILS";

/// The folder of objects that chapters can use.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The first chapter that uses stencils.
const FIRST_CHAPTER: u32 = 2;

/// Whether all programs still print what they must, with the objects in a folder
/// that is laid out like the one of the prebuilt objects.
pub(crate) fn succeed(workspace: &Workspace, objects: &Path) -> Result<bool> {
    let mut succeed = true;
    for chapter in workspace.chapters() {
        if chapter.number() >= FIRST_CHAPTER {
            succeed &= succeed_in(chapter, workspace, objects)?;
        }
    }
    Ok(succeed)
}

fn succeed_in(chapter: &Chapter, workspace: &Workspace, objects: &Path) -> Result<bool> {
    let number = chapter.number();
    let engines = format!("ch{number:02}/");
    let words = ["test", "--package", "conformance", "--test", "programs", "--"];
    let mut command = cargo(workspace.root(), &words);
    command.args(["--quiet", &engines]);
    command.env(ONLY_CHAPTER, number.to_string()).env(OBJECTS, objects.join(TARGET));
    Ok(command.status().context("cannot start cargo")?.success())
}
