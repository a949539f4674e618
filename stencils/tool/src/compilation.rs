//! Compiles builds in memory: the object, and the digests of what went into it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use ch02_stencils::Clang;
use object::{Object, ObjectSymbol, SymbolKind};

use crate::builds::Build;
use crate::manifest::sha256;

/// A build, compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) build: Build,
    /// The bytes of the object file.
    pub(crate) object: Vec<u8>,
    /// The C files that went into it.
    pub(crate) inputs: Vec<Input>,
}

/// A C file that went into an object.
#[derive(Debug)]
pub(crate) struct Input {
    /// From the folder `stencils`.
    pub(crate) path: String,
    pub(crate) sha256: String,
}

/// Compiles a build whose C is in the folder `stencils`.
pub(crate) fn compile(clang: &Clang, build: &Build, stencils: &Path) -> Result<Compiled> {
    let unit = build.unit(stencils);
    let object = clang.compile(&unit)?;
    let paths = clang.inputs(&unit)?;
    let inputs = paths.iter().map(|path| Input::read(stencils, path)).collect::<Result<_>>()?;
    Ok(Compiled { build: build.clone(), object, inputs })
}

impl Input {
    fn read(stencils: &Path, path: &Path) -> Result<Input> {
        let bytes = fs::read(stencils.join(path));
        let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Input { path: path.to_string_lossy().into_owned(), sha256: sha256(&bytes) })
    }
}

impl Compiled {
    /// How many functions it has, which is how many stencils. Objects that are not
    /// ELF are not counted.
    pub(crate) fn functions(&self) -> Option<usize> {
        let file = object::File::parse(self.object.as_slice()).ok()?;
        let symbols = file.symbols().filter(|symbol| !symbol.is_undefined());
        Some(symbols.filter(|symbol| symbol.kind() == SymbolKind::Text).count())
    }

    /// How it differs from the object that lies in a folder.
    pub(crate) fn news(&self, folder: &Path) -> News {
        match fs::read(folder.join(&self.build.output)) {
            Err(_) => News::New,
            Ok(bytes) if bytes == self.object => News::Unchanged,
            Ok(_) => News::Changed,
        }
    }
}

/// What an object is, beside the one that it takes the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    New,
    Changed,
    Unchanged,
}

impl News {
    pub(crate) fn word(self) -> &'static str {
        match self {
            News::New => "new",
            News::Changed => "changed",
            News::Unchanged => "unchanged",
        }
    }
}

/// Writes a file and the folders around it, unless it is there with these bytes:
/// cargo goes by the time of the last change.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|existing| existing == bytes) {
        return Ok(());
    }
    let folder = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn compiled(object: &[u8]) -> Compiled {
        let build = Build {
            output: "t/a.o".to_owned(),
            source: "a.c".into(),
            target: "t".to_owned(),
            flags: Vec::new(),
        };
        Compiled { build, object: object.to_vec(), inputs: Vec::new() }
    }

    #[test]
    fn an_object_is_news_until_it_is_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let one = compiled(b"one");
        assert_eq!(one.news(folder.path()), News::New);
        write(&folder.path().join("t/a.o"), &one.object).expect("it can be written");
        assert_eq!(one.news(folder.path()), News::Unchanged);
        assert_eq!(compiled(b"two").news(folder.path()), News::Changed);
    }

    #[test]
    fn a_file_that_has_the_bytes_is_not_touched() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.o");
        write(&path, b"x").expect("it can be written");
        let long_ago = SystemTime::UNIX_EPOCH;
        let file = fs::File::options().write(true).open(&path).expect("it is there");
        file.set_modified(long_ago).expect("it is ours");
        write(&path, b"x").expect("there is nothing to write");
        let changed = fs::metadata(&path).and_then(|data| data.modified()).expect("it is there");
        assert_eq!(changed, long_ago);
    }

    #[test]
    fn what_is_no_elf_has_no_number_of_functions() {
        assert_eq!(compiled(b"nothing").functions(), None);
    }
}
