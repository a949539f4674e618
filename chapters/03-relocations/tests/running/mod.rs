//! Programs, and engines that take turns at running them.

use std::path::Path;
use std::sync::Arc;

use ch00_workbench::Source;
use ch01_bytecode_vm::{Engine, Exit, Interpreter, Program, Vm, load, traceback};
use ch02_stencils::driver::Objects;
use ch03_relocations::Jit;
use ch03_relocations::driver::Stencils;
use ch03_relocations::layout::Peepholes;

/// The program with this text.
pub(crate) fn program(text: &str) -> Arc<Program> {
    load(Source { name: "program.py".into(), text: text.into() }).expect("a program")
}

/// The stencils that ship with the repository, laid out in this way.
pub(crate) fn stencils(peepholes: Peepholes) -> Arc<Stencils> {
    let stencils = Stencils::load(&Objects::Prebuilt, peepholes);
    Arc::new(stencils.expect("the prebuilt object is good"))
}

/// A program as machine code.
pub(crate) fn compile(program: &Arc<Program>, stencils: &Arc<Stencils>) -> Jit {
    Jit::new(Arc::clone(program), Arc::clone(stencils)).expect("there is memory for code")
}

/// All that can be seen of a program that has run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) printed: String,
    pub(crate) exit: Exit,
    pub(crate) traceback: Option<String>,
}

/// Runs a program on one engine.
pub(crate) fn run(program: &Arc<Program>, engine: &mut dyn Engine) -> Outcome {
    let mut out = Vec::new();
    let vm = Vm::new(Arc::clone(program), &mut out, false).unwrap();
    let (exit, traceback) = finish(vm, &mut [engine]);
    Outcome { printed: String::from_utf8(out).unwrap(), exit, traceback }
}

/// Runs a program on engines that take turns at every call and back edge.
pub(crate) fn hop(program: &Arc<Program>, engines: &mut [&mut dyn Engine]) -> Outcome {
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(program), &mut out, false).unwrap();
    vm.set_hand_over(|| true);
    let (exit, traceback) = finish(vm, engines);
    Outcome { printed: String::from_utf8(out).unwrap(), exit, traceback }
}

fn finish(mut vm: Vm<'_>, engines: &mut [&mut dyn Engine]) -> (Exit, Option<String>) {
    let mut turn = 0;
    let exit = loop {
        match engines[turn % engines.len()].resume(&mut vm) {
            Exit::HandedOver => turn += 1,
            exit => break exit,
        }
    };
    vm.flush().unwrap();
    (exit, vm.exception().map(|_| traceback(&vm)))
}

/// A program of the corpus, and what chapter 1's interpreter makes of it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) program: Arc<Program>,
    pub(crate) expected: Outcome,
}

/// The programs that every chapter runs, but for those that are refused before
/// they are run.
pub(crate) fn corpus() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/programs");
    let folders = ["part1", "differences"].map(|name| folder.join(name));
    let entries = folders.iter().flat_map(|folder| folder.read_dir().expect("the corpus is here"));
    let paths = entries.map(|entry| entry.unwrap().path());
    let sources = paths.filter(|path| path.extension().is_some_and(|it| it == "py"));
    let mut cases: Vec<Case> = sources.filter_map(|path| case(&path)).collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

fn case(path: &Path) -> Option<Case> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let source = Source { name: name.clone(), text: std::fs::read(path).unwrap() };
    let program = load(source).ok()?;
    let expected = run(&program, &mut Interpreter::<()>::default());
    Some(Case { name, program, expected })
}
