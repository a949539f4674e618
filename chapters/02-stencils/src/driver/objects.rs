//! The prebuilt objects, as they are compiled into this program, or as they lie
//! in another folder.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::PathBuf;

use super::stencils::{Defect, Stencils};

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
    /// Those in a folder. Their code will be run: as with a shared library, who
    /// names the folder vouches for what is in it.
    Folder(PathBuf),
}

/// An object of the repository.
#[derive(Clone, Copy, Debug)]
pub struct PrebuiltObject {
    /// The name of its file in `stencils/prebuilt/<target>`.
    pub file_name: &'static str,
    /// What was in it when this program was built.
    pub bytes: &'static [u8],
}

/// Why there are no stencils.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The object could not be read.
    #[error("cannot read the stencils in {}, where {FOLDER} says that they are: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// It is not what it should be.
    #[error("{object}: {defect}")]
    Defect {
        /// The object's name.
        object: String,
        /// What is wrong with it.
        defect: Defect,
    },
}

impl Build {
    /// The object that it makes.
    #[must_use]
    pub fn object(self) -> PrebuiltObject {
        macro_rules! object {
            ($name:literal) => {
                PrebuiltObject {
                    file_name: $name,
                    bytes: include_bytes!(concat!(
                        "../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/",
                        $name
                    )),
                }
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

    /// Reads an object: its stencils, once it has proven its ABI and every stencil
    /// has been found to be what its instruction needs.
    ///
    /// # Errors
    /// When the file cannot be read, is no such object, has another ABI, or has
    /// other stencils.
    pub fn load(&self, build: Build) -> Result<Stencils, LoadError> {
        let object = build.object();
        let defect = |defect| LoadError::Defect { object: self.name(object), defect };
        Stencils::new(build, &self.read(object)?).map_err(defect)
    }

    /// What an object is called in a message.
    #[must_use]
    pub fn name(&self, object: PrebuiltObject) -> String {
        match self {
            Self::Prebuilt => object.file_name.to_owned(),
            Self::Folder(folder) => folder.join(object.file_name).display().to_string(),
        }
    }

    /// The bytes of an object, in which nobody has looked yet.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self, object: PrebuiltObject) -> Result<Cow<'static, [u8]>, LoadError> {
        let Self::Folder(folder) = self else {
            return Ok(Cow::Borrowed(object.bytes));
        };
        let path = folder.join(object.file_name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Cow::Owned(bytes)),
            Err(reason) => Err(LoadError::Read { path, reason }),
        }
    }
}
