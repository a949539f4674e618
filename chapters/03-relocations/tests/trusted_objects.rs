//! What is compiled into a program is not disassembled when it starts: here it is.

use std::path::Path;

use ch02_stencils::object_file::{Binding, Definition, ObjectFile, SymbolKind};
use ch03_relocations::arch::X86_64;
use ch03_relocations::read::{read, read_trusted};
use ch03_relocations::{Role, Symbols};

/// All symbols that an object leaves open, and all its data as tables.
fn symbols_of(bytes: &[u8]) -> Symbols {
    let object = ObjectFile::parse(bytes).expect("it is an object");
    let global = object.symbols.iter().filter(|symbol| symbol.binding == Binding::Global);
    let (open, defined): (Vec<_>, Vec<_>) =
        global.partition(|symbol| symbol.definition == Definition::Undefined);
    let symbols = Symbols::new(open.iter().map(|symbol| (symbol.name, Role::Outside)));
    let tables = defined.iter().filter(|symbol| symbol.kind == SymbolKind::Object);
    tables.map(|symbol| symbol.name).fold(symbols, Symbols::with_data_table)
}

#[test]
fn the_prebuilt_objects_are_what_a_glance_takes_them_for() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../stencils/prebuilt/x86_64-unknown-linux-gnu");
    let files = folder.read_dir().expect("the prebuilt objects are in the workspace");
    let paths = files.map(|file| file.expect("it can be listed").path());
    let medium = |path: &Path| path.to_string_lossy().ends_with("-medium.o");
    let paths: Vec<_> = paths.filter(|path| medium(path)).collect();
    assert!(paths.len() >= 2, "there is one for the JIT, and one for the example");
    for path in paths {
        let bytes = std::fs::read(&path).expect("it can be read");
        let symbols = symbols_of(&bytes);
        let object = read::<X86_64>(&bytes, &symbols);
        assert!(object.is_ok(), "{}: {object:?}", path.display());
        assert_eq!(read_trusted::<X86_64>(&bytes, &symbols), object, "{}", path.display());
    }
}
