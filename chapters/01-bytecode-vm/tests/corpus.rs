//! All programs of the corpus in a debug build, in which the interpreter holds
//! its stack against the verifier's before every instruction, with a hand-over
//! at every call and back edge.

use std::path::Path;
use std::sync::Arc;

use ch00_workbench::Source;
use ch01_bytecode_vm::{Counts, Engine, Exit, Interpreter, Opcode, Vm, load};

#[test]
fn every_opcode_keeps_the_stack_as_the_verifier_says() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/programs/part1");
    let mut engine = Interpreter { observer: Counts::default() };
    for entry in std::fs::read_dir(programs).expect("the corpus is in the workspace") {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "py") {
            run(&path, &mut engine);
        }
    }
    for &opcode in Opcode::ALL {
        assert!(engine.observer.of(opcode) > 0, "no program executes {opcode}");
    }
}

fn run(path: &Path, engine: &mut Interpreter<Counts>) {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    // Programs with a syntax error are in the corpus, too.
    let Ok(program) = load(Source { name, text: std::fs::read(path).unwrap() }) else { return };
    let mut sink = std::io::sink();
    let mut vm = Vm::new(Arc::clone(&program), &mut sink, false).unwrap();
    vm.set_hand_over(|| true);
    while engine.resume(&mut vm) == Exit::HandedOver {}
}
