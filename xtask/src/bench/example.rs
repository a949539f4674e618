//! Programs of chapters that measure something: examples of their packages.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use conformance::{Workspace, cargo};

/// An example program of a package.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) package: &'static str,
    pub(super) name: &'static str,
}

impl Example {
    /// Builds it if needed; returns where it is.
    ///
    /// # Errors
    /// It does not build.
    pub(super) fn build(&self, workspace: &Workspace) -> Result<PathBuf> {
        let Example { package, name } = self;
        let program = workspace.target_directory().join("release/examples").join(name);
        if !program.exists() {
            eprintln!("Building {package} for the first time, which can take a minute or two.");
        }
        let arguments = ["build", "--release", "--package", package, "--example", name];
        let mut build = cargo::cargo(workspace.root(), &arguments);
        if !cargo::build(&mut build).context("cannot start cargo")? {
            bail!("{package} does not build; the compiler's messages are above");
        }
        Ok(program)
    }
}
