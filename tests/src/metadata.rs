//! What cargo knows about the workspace: the few parts of `cargo metadata`
//! that are used here.
//!
//! They are read from JSON by hand. The crate that does it for one would be
//! half of what has to be compiled before the first `cargo xtask` can run.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thiserror::Error;

use crate::cargo::cargo;

/// The workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The folder with the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo puts what it builds.
    pub target_directory: PathBuf,
    /// The workspace's packages.
    pub packages: Vec<Package>,
}

/// A package of the workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its description, or nothing.
    pub description: String,
    /// Its `Cargo.toml`.
    pub manifest: PathBuf,
    /// The packages that it names as dependencies, those for tests and build
    /// scripts among them.
    pub dependencies: Vec<String>,
    /// Its binaries.
    pub binaries: Vec<String>,
    /// Its example programs.
    pub examples: Vec<String>,
}

/// Why nothing is known about the workspace.
#[derive(Debug, Error)]
pub enum MetadataError {
    /// Cargo could not be run.
    #[error("cannot run `cargo metadata`: {0}")]
    Cargo(#[from] io::Error),
    /// Cargo found something wrong, and says what.
    #[error("`cargo metadata` failed:\n{0}")]
    Refused(String),
    /// Cargo printed something else than it did when this was written.
    #[error("`cargo metadata` did not print the JSON that it used to print")]
    Unexpected,
}

impl Metadata {
    /// Asks cargo about the workspace of the package that it is running, or
    /// else about the one around the current directory.
    ///
    /// # Errors
    /// There is no workspace, or its files are wrong.
    pub fn ask() -> Result<Self, MetadataError> {
        let here = Path::new(".");
        let mut command = cargo(here, &["metadata", "--format-version=1", "--no-deps", "--quiet"]);
        if let Some(folder) = env::var_os("CARGO_MANIFEST_DIR") {
            command.arg("--manifest-path").arg(Path::new(&folder).join("Cargo.toml"));
        }
        let output = command.output()?;
        if !output.status.success() {
            let report = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(MetadataError::Refused(report));
        }
        let json = serde_json::from_slice(&output.stdout).ok();
        json.as_ref().and_then(Self::read).ok_or(MetadataError::Unexpected)
    }

    fn read(json: &Value) -> Option<Self> {
        Some(Self {
            root: text(json, "workspace_root")?.into(),
            target_directory: text(json, "target_directory")?.into(),
            packages: json["packages"]
                .as_array()?
                .iter()
                .map(Package::read)
                .collect::<Option<_>>()?,
        })
    }
}

impl Package {
    fn read(json: &Value) -> Option<Self> {
        let dependencies = json["dependencies"].as_array()?.iter();
        Some(Self {
            name: text(json, "name")?,
            // A package without one has `null` here.
            description: text(json, "description").unwrap_or_default(),
            manifest: text(json, "manifest_path")?.into(),
            dependencies: dependencies.map(|one| text(one, "name")).collect::<Option<_>>()?,
            binaries: targets(json, "bin")?,
            examples: targets(json, "example")?,
        })
    }
}

/// The names of a package's targets of one kind.
fn targets(package: &Value, kind: &str) -> Option<Vec<String>> {
    let is_of_kind = |target: &&Value| {
        target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
    };
    let targets = package["targets"].as_array()?.iter();
    targets.filter(is_of_kind).map(|target| text(target, "name")).collect()
}

fn text(json: &Value, key: &str) -> Option<String> {
    json[key].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{
        "workspace_root": "/w", "target_directory": "/w/target", "version": 1,
        "packages": [{
            "name": "ch00-workbench", "description": null,
            "manifest_path": "/w/chapters/00-workbench/Cargo.toml",
            "dependencies": [{ "name": "clap", "kind": null }, { "name": "insta", "kind": "dev" }],
            "targets": [
                { "name": "ch00_workbench", "kind": ["lib"] },
                { "name": "forty-two", "kind": ["example"] }
            ]
        }]
    }"#;

    #[test]
    fn the_parts_that_are_used_are_read() {
        let json = serde_json::from_str(JSON).expect("it is JSON");
        let metadata = Metadata::read(&json).expect("nothing is missing");
        assert_eq!(metadata.target_directory, Path::new("/w/target"));
        let package = &metadata.packages[0];
        assert_eq!(package.name, "ch00-workbench");
        assert_eq!(package.description, "");
        assert_eq!(package.dependencies, ["clap", "insta"]);
        assert_eq!(package.examples, ["forty-two"]);
        assert!(package.binaries.is_empty());
    }

    #[test]
    fn json_without_them_is_refused() {
        assert_eq!(Metadata::read(&serde_json::json!({ "packages": [] })), None);
    }

    #[test]
    fn this_workspace_can_be_read() {
        let metadata = Metadata::ask().expect("cargo runs this test");
        let names: Vec<_> = metadata.packages.iter().map(|package| &package.name[..]).collect();
        assert!(names.contains(&"conformance"), "{names:?}");
    }
}
