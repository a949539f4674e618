//! What the compiler makes of a dozen small programs: each `bytecode/*.py` and
//! its listing, side by side in a snapshot.

use ch00_workbench::Source;
use ch01_bytecode_vm::{listing, load};

#[test]
fn listings_are_as_they_were() {
    insta::glob!("bytecode/*.py", |path| {
        let text = std::fs::read(path).unwrap();
        let source = String::from_utf8(text.clone()).unwrap();
        let program = load(Source { name: "program.py".into(), text }).unwrap();
        let listing = listing::bytecode(&program);
        insta::assert_snapshot!(format!("{source}\n{listing}"));
    });
}

#[test]
fn the_opcode_table_is_as_it_was() {
    insta::assert_snapshot!(listing::opcodes());
}
