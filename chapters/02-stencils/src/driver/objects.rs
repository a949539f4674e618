//! The prebuilt objects, as they are compiled into this program, or as they lie
//! in another folder.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::PathBuf;

use super::abi::{self, AbiError};
use super::operations::OperationTable;
use super::symbol::symbol_table;
use crate::mechanism::{ExtractError, StencilId, StencilLibrary, extract};

/// The environment variable with the folder to take the objects from, instead of
/// those that are compiled in. It is laid out like `stencils/prebuilt/<target>`.
const FOLDER: &str = "COPY_PATCH_RUN_STENCILS";

/// One of the ways in which `stencils/part1.c` is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// With `NEXT` as a jump through a table.
    Interpreter,
    /// With `NEXT` as a hole, in the large code model.
    JitLarge,
}

/// Where the objects come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objects {
    /// Those of the repository, as they were when this program was built.
    Prebuilt,
    /// Those in a folder.
    Folder(PathBuf),
}

/// The stencils of a build, with what is known of them.
#[derive(Clone, Debug)]
pub struct Stencils {
    /// How they were compiled.
    pub build: Build,
    /// The stencils.
    pub library: StencilLibrary,
    /// Those of the instructions.
    pub operations: OperationTable,
    /// The way in, an ordinary C function.
    pub enter: StencilId,
}

/// Why there are no stencils.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The object could not be read.
    #[error("cannot read the stencils in {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// It is not what it should be.
    #[error("{object}: {reason}")]
    Extract {
        /// The object's name.
        object: String,
        /// What is wrong with it.
        reason: ExtractError,
    },
    /// It was compiled for another VM than this one.
    #[error("{object} does not fit this program: {reason}; run `cargo xtask stencils`")]
    Abi {
        /// The object's name.
        object: String,
        /// The difference.
        reason: AbiError,
    },
    /// It lacks a stencil.
    #[error("{object} has no stencil `{stencil}`; run `cargo xtask stencils`")]
    Missing {
        /// The object's name.
        object: String,
        /// The stencil's name.
        stencil: String,
    },
}

impl Build {
    /// The name of its file.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Interpreter => "interpreter.o",
            Self::JitLarge => "jit-large.o",
        }
    }

    fn prebuilt(self) -> &'static [u8] {
        macro_rules! object {
            ($name:literal) => {
                include_bytes!(concat!(
                    "../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/",
                    $name
                ))
            };
        }
        match self {
            Self::Interpreter => object!("interpreter.o"),
            Self::JitLarge => object!("jit-large.o"),
        }
    }
}

impl Objects {
    /// Those that the environment asks for; else the prebuilt ones.
    #[must_use]
    pub fn from_environment() -> Objects {
        match std::env::var_os(FOLDER) {
            Some(folder) => Objects::Folder(folder.into()),
            None => Objects::Prebuilt,
        }
    }

    /// Reads an object: its stencils, once it has proven its ABI.
    ///
    /// # Errors
    /// When the file cannot be read, is no such object, or has another ABI.
    pub fn load(&self, build: Build) -> Result<Stencils, LoadError> {
        let object = || build.file_name().to_owned();
        let library = extract(&self.read(build)?, &symbol_table())
            .map_err(|reason| LoadError::Extract { object: object(), reason })?;
        abi::check(library.table(abi::TABLE), build == Build::Interpreter)
            .map_err(|reason| LoadError::Abi { object: object(), reason })?;
        let missing = |stencil| LoadError::Missing { object: object(), stencil };
        let operations = OperationTable::new(&library).map_err(missing)?;
        let enter = library.find("enter").ok_or_else(|| missing("enter".to_owned()))?;
        Ok(Stencils { build, library, operations, enter })
    }

    fn read(&self, build: Build) -> Result<Cow<'static, [u8]>, LoadError> {
        let Self::Folder(folder) = self else {
            return Ok(Cow::Borrowed(build.prebuilt()));
        };
        let path = folder.join(build.file_name());
        match fs::read(&path) {
            Ok(bytes) => Ok(Cow::Owned(bytes)),
            Err(reason) => Err(LoadError::Read { path, reason }),
        }
    }
}
