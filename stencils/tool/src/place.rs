//! Where things are: the folder `stencils`, the objects in it, and the folder for
//! objects of another Clang.

use std::path::{Path, PathBuf};

use anyhow::Result;
use conformance::Workspace;

/// The prebuilt objects, from the folder `stencils`.
pub(crate) const PREBUILT: &str = "prebuilt";

/// The workspace around the current folder.
pub(crate) struct Place {
    workspace: Workspace,
}

impl Place {
    pub(crate) fn find() -> Result<Place> {
        Ok(Place { workspace: Workspace::load()? })
    }

    pub(crate) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The folder with all C, in which Clang is started.
    pub(crate) fn stencils(&self) -> PathBuf {
        self.workspace.root().join("stencils")
    }

    /// The list of what is compiled.
    pub(crate) fn builds(&self) -> PathBuf {
        self.stencils().join("builds.toml")
    }

    /// The folder with the objects that chapters read.
    pub(crate) fn prebuilt(&self) -> PathBuf {
        self.stencils().join(PREBUILT)
    }

    /// What is known of these objects.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.prebuilt().join("manifest.toml")
    }

    /// The folder for the objects of a Clang that the prebuilt ones are not by.
    pub(crate) fn objects_of(&self, version_number: &str) -> PathBuf {
        self.workspace.target_directory().join("stencils").join(version_number)
    }

    /// A path as it is typed in the workspace's root.
    pub(crate) fn shown<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        path.strip_prefix(self.workspace.root()).unwrap_or(path).display()
    }
}
