//! The interpreter that takes turns with compiled code, function by function: the same C
//! once more, whose calls and returns go through entries and return addresses. Chapter 5
//! of the book, "The interpreter moves in".

use std::sync::Arc;

use ch02_stencils::driver::{
    Build, Objects, OperationTable, PrebuiltObject, Symbol, check_abi, dispatch_table, symbol_table,
};
use ch02_stencils::{
    CodeAddress, CodeOffset, HoleKind, StencilLibrary, SymbolTable, Target, extract,
};
use ch03_relocations::driver::outside;
use ch04_executable_memory::{ArenaError, Batch, Named};

/// `stencils/part1.c` as such an interpreter.
const OBJECT: PrebuiltObject = PrebuiltObject {
    file_name: "interpreter-mixed.o",
    bytes: include_bytes!(
        "../../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/interpreter-mixed.o"
    ),
};

/// Functions begin at multiples of this many bytes, as processors like it.
const ALIGNMENT: usize = 16;

/// The hole for the address of the dispatch table.
const DISPATCH: &str = "HOLE_DISPATCH";

/// The interpreter, as it is written to a batch; the code has no owner yet. Addresses are
/// those that it will have when the batch is published.
#[derive(Debug)]
pub(super) struct Interpreter {
    /// Where the entry of a function leads that has no code.
    pub(super) call: CodeAddress,
    /// Where a frame returns to whose function has no code.
    pub(super) after_call: CodeAddress,
    /// Where to go on in a frame whose function has no code.
    pub(super) here: CodeAddress,
    /// What the code looks functions up in. It must live as long as the code.
    pub(super) dispatch: Box<[CodeAddress]>,
}

/// The functions of the interpreter, as they are in the object.
#[derive(Debug)]
pub(super) struct Functions {
    library: StencilLibrary,
    operations: OperationTable,
    dispatch: HoleKind,
}

impl Functions {
    /// Reads the object that is compiled in, or one in a folder.
    ///
    /// # Errors
    /// When the object cannot be read, or is another one. The message says why.
    pub(super) fn load(objects: &Objects) -> Result<Functions, String> {
        let bytes = objects.read(OBJECT).map_err(|error| error.to_string())?;
        let names = symbol_table();
        let names = names.kinds().map(|kind| names.name(kind)).chain([DISPATCH]);
        let symbols = SymbolTable::new(names).with_data_table("abi");
        Self::new(&bytes, &symbols).map_err(|error| format!("{}: {error}", objects.name(OBJECT)))
    }

    fn new(object: &[u8], symbols: &SymbolTable) -> Result<Functions, String> {
        let library = extract(object, symbols).map_err(|error| error.to_string())?;
        let check = check_abi(library.table("abi"), Build::Interpreter);
        check.map_err(|error| error.to_string())?;
        let operations = OperationTable::new(|name| library.find(name), Build::Interpreter);
        let missing = |name: String| format!("has no function `{name}`");
        let operations = operations.map_err(missing)?;
        for name in WAYS_IN {
            library.find(name).ok_or_else(|| missing(name.to_owned()))?;
        }
        let dispatch = symbols.kind(DISPATCH).expect("it is in the table");
        let functions = Functions { library, operations, dispatch };
        functions.check_holes()?;
        Ok(functions)
    }

    /// Like any interpreter, it learns of the instruction when it runs: there are no
    /// holes for it.
    fn check_holes(&self) -> Result<(), String> {
        for (_, function) in self.library.iter() {
            for hole in &function.holes {
                let Target::Symbol(kind) = hole.target else { continue };
                if kind != self.dispatch && !matches!(Symbol::of(kind), Symbol::Runtime(_)) {
                    return Err(format!("`{}` has a hole that nobody fills", function.name));
                }
            }
        }
        Ok(())
    }
}

/// The functions that are entered from elsewhere.
const WAYS_IN: [&str; 3] = ["interpret_call", "interpret_after_call", "interpret_here"];

impl Functions {
    /// Writes all functions to a batch, as one piece of code.
    ///
    /// # Errors
    /// When there is no memory.
    pub(super) fn write(&self, batch: &mut Batch) -> Result<Interpreter, ArenaError> {
        let (places, size) = self.places();
        let mut draft = batch.draft(size, ALIGNMENT)?;
        let CodeAddress(start) = draft.address();
        let addresses: Vec<_> =
            places.iter().map(|place| CodeAddress(start + place.0 as u64)).collect();
        let dispatch = dispatch_table(&self.operations, &addresses).into_boxed_slice();
        for ((_, function), &CodeOffset(place)) in self.library.iter().zip(&places) {
            let memory = &mut draft.bytes_mut()[place..place + function.code.len()];
            function.copy_and_patch(memory, |target| match target {
                Target::Stencil(id) => addresses[usize::from(id.0)].0,
                Target::Symbol(kind) if kind == self.dispatch => dispatch.as_ptr() as u64,
                Target::Symbol(kind) => outside(kind),
            });
        }
        draft.finish(Arc::new(Named("interpreter".to_owned())));
        let [call, after_call, here] = WAYS_IN.map(|name| addresses[self.index(name)]);
        Ok(Interpreter { call, after_call, here, dispatch })
    }

    /// Where each function will begin, and how long all of them are.
    fn places(&self) -> (Vec<CodeOffset>, usize) {
        let mut size = 0;
        let places = self.library.iter().map(|(_, function)| {
            let place = CodeOffset(size);
            size = (size + function.code.len()).next_multiple_of(ALIGNMENT);
            place
        });
        (places.collect(), size)
    }

    fn index(&self, name: &str) -> usize {
        usize::from(self.library.find(name).expect("it has been looked for").0)
    }
}
