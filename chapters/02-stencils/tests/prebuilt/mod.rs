//! The objects that ship with the repository.

use std::path::Path;

/// A prebuilt object.
#[derive(Clone, Debug)]
pub(crate) struct Prebuilt {
    /// The file's name.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// How the files end that are for chapter 3's reader.
const MEDIUM: &str = "-medium.o";

/// All objects in a folder of `stencils/prebuilt` that this chapter reads, by name.
pub(crate) fn objects(folder: &str) -> Vec<Prebuilt> {
    let prebuilt = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stencils/prebuilt");
    let entries =
        prebuilt.join(folder).read_dir().expect("the prebuilt objects are in the workspace");
    let paths = entries.map(|entry| entry.expect("its entries can be read").path());
    let objects = paths.filter(|path| path.extension().is_some_and(|extension| extension == "o"));
    let objects = objects.map(|path| read(&path));
    let mut objects: Vec<Prebuilt> =
        objects.filter(|object| !object.name.ends_with(MEDIUM)).collect();
    assert!(!objects.is_empty(), "there are objects in {folder}");
    objects.sort_by(|a, b| a.name.cmp(&b.name));
    objects
}

fn read(path: &Path) -> Prebuilt {
    let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
    Prebuilt { name, bytes: std::fs::read(path).expect("a prebuilt object can be read") }
}
