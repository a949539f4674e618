//! A stencil that is wrong: the process says where, and dies of it.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod masked;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};

use masked::without_addresses;
use object::{Object, ObjectSection, ObjectSymbol};

/// The objects that ship with the repository.
const OBJECTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../stencils/prebuilt/x86_64-unknown-linux-gnu/jit-medium.o"
);

/// Copies the stencils to a folder, with other bytes at the start of one of them.
fn break_stencil(folder: &Path, name: &str, bytes: &[u8]) {
    let mut file = fs::read(OBJECTS).expect("the object is here");
    let object = object::File::parse(&*file).expect("it is an object");
    let symbol = object.symbol_by_name(name).expect("there is such a stencil");
    let section = object.section_by_index(symbol.section_index().unwrap()).unwrap();
    let start = (section.file_range().unwrap().0 + symbol.address()) as usize;
    file[start..start + bytes.len()].copy_from_slice(bytes);
    fs::write(folder.join("jit-medium.o"), file).unwrap();
}

/// Runs a program with the stencils of a folder.
fn run(folder: &Path, text: &str) -> Output {
    let program = folder.join("program.py");
    fs::write(&program, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch04-executable-memory"));
    command.arg(program).arg("--run").env("COPY_PATCH_RUN_STENCILS", folder).output().unwrap()
}

/// What was said on standard error.
fn said(output: &Output) -> String {
    without_addresses(&String::from_utf8_lossy(&output.stderr))
}

// ANCHOR: last_words
#[test]
fn a_process_says_which_instruction_it_dies_of() {
    let folder = tempfile::tempdir().unwrap();
    // `mov rbx, r14` becomes `ud2`, which always fails, and a `nop`.
    break_stencil(folder.path(), "BINARY_OP_ADD", &[0x0f, 0x0b, 0x90]);
    let output = run(folder.path(), "def f(a, b):\n    return b * (a + b)\nprint(f(1, 2))\n");
    assert_eq!(output.status.signal(), Some(libc::SIGILL));
    insta::assert_snapshot!(said(&output), @r"
    fatal: SIGILL in compiled code: no instruction of this processor
      at ADDRESS: `f`, line 2, instruction 4, BINARY_OP: hot part + 0x0
    ");
}
// ANCHOR_END: last_words
