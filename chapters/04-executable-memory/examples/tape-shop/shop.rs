//! The shop: programs in an arena, which any thread may compile, run and free.
#![expect(unsafe_code, reason = "calls code that it has linked, and says where threads are")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use ch02_stencils::{CodeAddress, CodeOffset};
use ch03_relocations::arch::{Arch, X86_64};
use ch03_relocations::link::{CodeMap, Step};
use ch04_executable_memory::{
    Arena, ArenaOptions, Cells, Code, CodeRoots, Describe, FreeError, Observer, Place, SystemPages,
};

use crate::language::{Command, Language};

/// How many cells there are on a tape.
const TAPE: usize = 16;

/// Why something has not been done.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Who is told what a program prints.
pub(crate) type Print<'a> = &'a mut dyn FnMut(f64);

/// A program, which knows where the code of its words lies. Its counter is a cell of the
/// arena; two threads that run it at once may lose a count, as in any other language.
#[derive(Debug)]
struct Program {
    name: String,
    commands: Vec<Command>,
    map: CodeMap,
    counter: Cells,
}

impl Describe for Program {
    fn name(&self) -> &str {
        &self.name
    }

    fn describe(&self, offset: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result {
        let Some(position) = self.map.find(offset) else {
            return write!(out, "`{}`, behind its code", self.name);
        };
        let Command { word, column, .. } = self.commands[position.step.0 as usize];
        write!(out, "`{}`, column {column}: {word}", self.name)
    }
}

// ANCHOR: roots
/// Where each thread has entered the code that it is executing.
#[derive(Default)]
struct Running(Vec<CodeAddress>);

// SAFETY: a program jumps to nothing but itself, is returned to by `print`, and returns
// to whoever has entered it. So a thread is in, or comes back to, the piece of code that
// it has entered, and any address in a piece keeps all of it.
unsafe impl CodeRoots for Running {
    fn visit(&self, root: &mut dyn FnMut(CodeAddress)) {
        self.0.iter().copied().for_each(root);
    }
}
// ANCHOR_END: roots

/// The number of a program. No other one gets the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProgramId(u32);

/// What threads have to agree on.
#[derive(Default)]
struct Table {
    programs: BTreeMap<ProgramId, (Code, Arc<Program>)>,
    count: u32,
    running: Running,
}

/// An arena, and the programs in it.
pub(crate) struct Shop {
    language: Language,
    pub(crate) arena: Arc<Arena>,
    table: Mutex<Table>,
}

impl Shop {
    /// A shop with an arena that `observer` watches.
    pub(crate) fn new(observer: Arc<dyn Observer>) -> Shop {
        let observers = vec![observer];
        let options = ArenaOptions { observers, ..ArenaOptions::new(X86_64::TRAP) };
        let arena = Arena::new(Arc::new(SystemPages), options);
        Shop { language: Language::new(), arena, table: Mutex::default() }
    }

    /// Compiles a program. Other threads may do the same, or run theirs.
    pub(crate) fn compile(&self, name: &str, source: &str) -> Result<ProgramId, Failure> {
        let commands = self.language.parse(source)?;
        let mut image = self.language.link(&commands);
        let counter = self.arena.cells(1)?;
        let cell = counter.words()[0].as_ptr().addr() as u64;
        let outside = |symbol| self.language.outside(symbol, cell, print as *const () as u64);
        let mut batch = self.arena.batch();
        let mut draft = batch.draft(image.size(), image.alignment())?;
        let address = draft.address();
        let placed = image.place(draft.bytes_mut(), address, outside);
        placed.expect("a call has a veneer, and an address has 64 bits");
        let (name, map) = (name.to_owned(), image.take_map());
        let program = Arc::new(Program { name, commands, map, counter });
        draft.finish(program.clone());
        let code = batch.publish()?.pop().expect("what was finished is published");
        Ok(self.table().add(code, program))
    }

    /// Runs a program that has not been freed.
    pub(crate) fn run(&self, id: ProgramId, mut print: Print<'_>) -> Result<(), Failure> {
        let (entry, enter) = self.table().enter(id);
        let mut tape = [0.0; TAPE];
        let Range { start, end } = tape.as_mut_ptr_range();
        // SAFETY: the code and its counter stay until it is left, and words on the tape.
        let failed = unsafe { enter(start, start, end, &mut print) };
        // Before it is left: who knows which program lies there then?
        let found = self.arena.locate(failed, words);
        self.table().leave(entry);
        found.map_or(Ok(()), |words| Err(words.into()))
    }

    /// Frees a program that has not been freed, unless a thread is running it. As the
    /// table is locked, none enters it meanwhile.
    pub(crate) fn free(&self, id: ProgramId) -> Result<(), Failure> {
        let mut table = self.table();
        let (code, program) = table.programs.remove(&id).expect("it has not been freed");
        if let Err(FreeError { code, reason }) = code.free(&table.running) {
            table.programs.insert(id, (code, program));
            return Err(reason.into());
        }
        Ok(())
    }

    /// How often a program has executed `count`.
    pub(crate) fn counted(&self, id: ProgramId) -> u64 {
        self.table().programs[&id].1.counter.words()[0].load(Ordering::Relaxed)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("nobody panics over the table")
    }
}

impl Table {
    fn add(&mut self, code: Code, program: Arc<Program>) -> ProgramId {
        let id = ProgramId(self.count);
        self.count += 1;
        self.programs.insert(id, (code, program));
        id
    }

    /// The way into a program, which counts as running from now on.
    fn enter(&mut self, id: ProgramId) -> (CodeAddress, Enter) {
        let (code, program) = self.programs.get(&id).expect("it has not been freed");
        let entry = program.map.entry(Step(0));
        self.running.0.push(code.address(entry));
        // SAFETY: `Language::parse` has put `enter` of `tape.c` there, and `finish` at
        // the end. Whoever frees the code has roots that say that it runs.
        (code.address(entry), unsafe { code.function(entry) })
    }

    fn leave(&mut self, entry: CodeAddress) {
        let index = self.running.0.iter().position(|&it| it == entry);
        self.running.0.swap_remove(index.expect("whoever leaves has entered"));
    }
}

/// `enter` of `tape.c`: runs the words behind it, and returns the address of the code
/// that failed, or 0.
type Enter = unsafe extern "C" fn(*mut f64, *mut f64, *mut f64, &mut Print<'_>) -> CodeAddress;

/// `tape_print` of `tape.c`.
extern "C" fn print(output: &mut Print<'_>, value: f64) {
    output(value);
}

/// What lies at an address, in words.
fn words(place: Place<'_>) -> String {
    let Place::Code { what, offset } = place else { return "in no code".to_owned() };
    let mut words = String::new();
    what.describe(offset, &mut words).expect("a string has room");
    words
}
