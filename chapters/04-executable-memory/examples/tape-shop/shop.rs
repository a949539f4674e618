//! The shop: programs that any thread may compile, run and free.
#![expect(unsafe_code, reason = "calls the machine code that it has linked")]

use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ch02_stencils::{CodeAddress, CodeOffset};
use ch03_relocations::arch::{Arch, X86_64};
use ch03_relocations::link::{CodeMap, Step};
use ch04_executable_memory::{
    Arena, ArenaError, ArenaOptions, Cells, Code, Describe, FreeError, InUse, Observer, Place,
    SystemPages,
};

use crate::language::{Command, Language, Outside};
use crate::running::Running;

/// How many cells there are on a tape.
const TAPE: usize = 16;

/// A program, which knows where the code of its words lies. Its counter is a cell of the
/// arena, and is given back when nobody asks for either any more.
#[derive(Debug)]
struct Program {
    name: String,
    commands: Vec<Command>,
    map: CodeMap,
    counter: Cells,
}

// ANCHOR: describe
impl Describe for Program {
    fn name(&self) -> &str {
        &self.name
    }

    fn describe(&self, offset: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result {
        let Some(position) = self.map.find(offset) else {
            return write!(out, "`{}`, behind its code", self.name);
        };
        let Command { word, column, .. } = self.commands[position.step.0 as usize];
        write!(out, "`{}`, column {column}, `{word}`", self.name)
    }
}
// ANCHOR_END: describe

/// The number of a program. No other one gets the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProgramId(u32);

/// Why something has not been done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShopError {
    /// There is no such word.
    #[error("there is no word like the one in column {column}")]
    Word { column: usize },
    /// The system gives no memory for it.
    #[error(transparent)]
    Memory(#[from] ArenaError),
    /// A word has failed; this says which.
    #[error("failed: {0}")]
    Failed(String),
    /// The code stays.
    #[error(transparent)]
    InUse(#[from] InUse),
}

/// An arena, and the programs in it.
pub(crate) struct Shop {
    language: Language,
    pub(crate) arena: Arc<Arena>,
    table: Mutex<Table>,
}

/// What threads have to agree on.
#[derive(Default)]
struct Table {
    programs: BTreeMap<ProgramId, (Code, Arc<Program>)>,
    count: u32,
    running: Running,
}

impl Shop {
    pub(crate) fn new(observer: Arc<impl Observer + 'static>) -> Shop {
        let observers: Vec<Arc<dyn Observer>> = vec![observer];
        let options = ArenaOptions::new(X86_64::TRAP);
        let options = ArenaOptions { first_region: 1 << 16, observers, ..options };
        let arena = Arena::new(Arc::new(SystemPages), options);
        Shop { language: Language::new(), arena, table: Mutex::default() }
    }

    // ANCHOR: compile
    /// Compiles a program, without waiting for other threads that do.
    pub(crate) fn compile(&self, name: &str, source: &str) -> Result<ProgramId, ShopError> {
        let commands = self.language.parse(source);
        let commands = commands.map_err(|column| ShopError::Word { column })?;
        let mut image = self.language.link(&commands);
        let counter = self.arena.cells(1)?;
        let mut batch = self.arena.batch();
        let mut draft = batch.draft(image.size(), image.alignment())?;
        let outside = Outside {
            counter: counter.words()[0].as_ptr().addr() as u64,
            print: print as *const () as u64,
        };
        let address = draft.address();
        let outside = |symbol| self.language.outside(symbol, &outside);
        let placed = image.place(draft.bytes_mut(), address, outside);
        placed.expect("a call has a veneer, and an address has 64 bits");
        let map = image.take_map();
        let program = Arc::new(Program { name: name.to_owned(), commands, map, counter });
        draft.finish(Arc::clone(&program) as Arc<dyn Describe>);
        let code = batch.publish()?.pop().expect("what was finished is published");
        Ok(self.table().add(code, program))
    }
    // ANCHOR_END: compile

    // ANCHOR: run
    /// Runs a program, which hands what it prints to `print`.
    ///
    /// # Panics
    /// When the program has been freed.
    pub(crate) fn run(&self, id: ProgramId, print: Print<'_>) -> Result<(), ShopError> {
        let (entry, enter) = self.table().enter(id);
        // SAFETY: the code stays as long as it is in the list of what is running.
        let failed = unsafe { call(enter, print) };
        // Before it may be freed: another program could lie there then.
        let found = self.arena.locate(failed, words);
        self.table().running.leave(entry);
        found.map_or(Ok(()), |words| Err(ShopError::Failed(words)))
    }
    // ANCHOR_END: run

    // ANCHOR: free
    /// Frees a program, unless a thread is running it. The table is locked: nobody
    /// enters the code between the question and the answer.
    ///
    /// # Panics
    /// When the program has been freed.
    pub(crate) fn free(&self, id: ProgramId) -> Result<(), ShopError> {
        let mut table = self.table();
        let (code, program) = table.programs.remove(&id).expect("it has not been freed");
        if let Err(FreeError { code, reason }) = code.free(&table.running) {
            table.programs.insert(id, (code, program));
            return Err(reason.into());
        }
        Ok(())
    }
    // ANCHOR_END: free

    /// How often a program has executed `count`.
    pub(crate) fn counted(&self, id: ProgramId) -> u64 {
        self.table().programs[&id].1.counter.words()[0].load(Ordering::Relaxed)
    }

    /// Where the code of a program lies.
    pub(crate) fn addresses(&self, id: ProgramId) -> Range<u64> {
        let table = self.table();
        let code = &table.programs[&id].0;
        let start = code.address(CodeOffset(0)).0;
        start..start + code.bytes().len() as u64
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("nobody panics over the table")
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let table = self.table.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (code, _) in mem::take(&mut table.programs).into_values() {
            // Code that the system does not take back is lost.
            let _ = code.free(&table.running);
        }
    }
}

impl Table {
    fn add(&mut self, code: Code, program: Arc<Program>) -> ProgramId {
        let id = ProgramId(self.count);
        self.count += 1;
        self.programs.insert(id, (code, program));
        id
    }

    /// Notes that a program is run from now on; returns its way in.
    fn enter(&mut self, id: ProgramId) -> (CodeAddress, Enter) {
        let (code, program) = self.programs.get(&id).expect("it has not been freed");
        let entry = program.map.entry(Step(0));
        self.running.enter(code.address(entry));
        // SAFETY: `Language::parse` has put `enter` of `tape.c` there. It is called only
        // by whoever is in the list of what is running, and these are the roots.
        (code.address(entry), unsafe { code.function(entry) })
    }
}

/// Who is told what a program prints.
pub(crate) type Print<'a> = &'a mut dyn FnMut(f64);

/// `enter` of `tape.c`: runs the words behind it, and returns the address of the code
/// that failed, or 0.
type Enter = unsafe extern "C" fn(
    cell: *mut f64,
    first: *mut f64,
    end: *mut f64,
    output: &mut Print<'_>,
) -> CodeAddress;

/// `tape_print` of `tape.c`.
extern "C" fn print(output: &mut Print<'_>, value: f64) {
    output(value);
}

/// Runs a program on a tape of zeros.
///
/// # Safety
/// The code stays until it returns.
unsafe fn call(enter: Enter, mut output: Print<'_>) -> CodeAddress {
    let mut tape = [0.0; TAPE];
    let Range { start, end } = tape.as_mut_ptr_range();
    // SAFETY: the words stay on the tape, and so does the counter with the code.
    unsafe { enter(start, start, end, &mut output) }
}

/// What lies at an address, in words.
fn words(place: Place<'_>) -> String {
    let Place::Code { what, offset } = place else { return "in no code".to_owned() };
    let mut words = String::new();
    what.describe(offset, &mut words).expect("a string has room");
    words
}
