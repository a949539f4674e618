//! All programs of the corpus in a debug build, in which both engines hold the
//! stack against the verifier's before every instruction, with a hand-over at
//! every call and back edge.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ch00_workbench::Source;
use ch01_bytecode_vm::{Counts, Engine, Exit, Interpreter, Opcode, Program, Vm, load};

#[test]
fn every_opcode_keeps_the_stack_as_the_verifier_says() {
    let mut engine = Interpreter { observer: Counts::default() };
    for program in programs() {
        run(&program, &mut [&mut engine]);
    }
    for &opcode in Opcode::ALL {
        assert!(engine.observer.of(opcode) > 0, "no program executes {opcode}");
    }
}

#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn compiled_code_keeps_the_stack_as_the_verifier_says() {
    for program in programs() {
        let mut compiled = ch01_bytecode_vm::CallThreading::new(Arc::clone(&program)).unwrap();
        run(&program, &mut [&mut compiled]);
        run(&program, &mut [&mut compiled, &mut Interpreter::<()>::default()]);
    }
}

/// The corpus, without the programs that have a syntax error.
fn programs() -> impl Iterator<Item = Arc<Program>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/programs/part1");
    let entries = std::fs::read_dir(folder).expect("the corpus is in the workspace");
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "py")).flat_map(read)
}

fn read(path: PathBuf) -> Option<Arc<Program>> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    load(Source { name, text: std::fs::read(path).unwrap() }).ok()
}

/// Runs a program on engines that take turns as often as they can.
fn run(program: &Arc<Program>, engines: &mut [&mut dyn Engine]) {
    let mut sink = std::io::sink();
    let mut vm = Vm::new(Arc::clone(program), &mut sink, false).unwrap();
    vm.set_hand_over(|| true);
    let mut turn = 0;
    while engines[turn % engines.len()].resume(&mut vm) == Exit::HandedOver {
        turn += 1;
    }
}
