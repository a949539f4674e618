//! Code that is no formula's: the ways in and out, and a stub for each formula. It stays
//! as long as the sheet does.

use std::collections::HashMap;
use std::sync::Arc;

use ch02_stencils::{CodeAddress, HoleKind};
use ch03_relocations::arch::X86_64;
use ch04_executable_memory::{Arena, Code, Named, Retired};
use ch05_code_cache::{StubError, StubGenerator};

use crate::cell::CellId;
use crate::stencils::{CELL, FIND_CODE, Stencils};

pub(crate) struct Stubs {
    /// What `sheet.c` has by these names.
    pub(crate) enter: CodeAddress,
    pub(crate) leave: CodeAddress,
    pub(crate) found_result: CodeAddress,
    pub(crate) found_failure: CodeAddress,
    find_code: StubGenerator<X86_64>,
    /// The address of `sheet_find_code`.
    question: u64,
    by_cell: HashMap<CellId, CodeAddress>,
    arena: Arc<Arena>,
    code: Vec<Code>,
}

impl Stubs {
    /// Publishes what all formulas need. Their stubs ask `question`.
    pub(crate) fn new(
        stencils: &Stencils,
        arena: &Arc<Arena>,
        question: u64,
    ) -> Result<Stubs, StubError> {
        let mut batch = arena.batch();
        let mut write = |name: &str| {
            let nothing = |_: HoleKind| unreachable!("`{name}` has no holes");
            stencils.stub(name).write(&mut batch, Arc::new(Named(name.to_owned())), nothing)
        };
        Ok(Stubs {
            enter: write("enter")?,
            leave: write("leave")?,
            found_result: write("found_result")?,
            found_failure: write("found_failure")?,
            find_code: stencils.stub("find_code"),
            question,
            by_cell: HashMap::new(),
            arena: Arc::clone(arena),
            code: batch.publish()?,
        })
    }

    /// Makes the stub of a cell's formula, unless there is one. Returns its address.
    pub(crate) fn add(&mut self, cell: CellId) -> Result<CodeAddress, StubError> {
        if let Some(&stub) = self.by_cell.get(&cell) {
            return Ok(stub);
        }
        let mut batch = self.arena.batch();
        let what = Arc::new(Named(format!("{cell}, not compiled")));
        let stub = self.find_code.write(&mut batch, what, |symbol| match symbol {
            CELL => cell.0 as u64,
            FIND_CODE => self.question,
            _ => unreachable!("a stub that asks has no other holes"),
        })?;
        self.code.extend(batch.publish()?);
        self.by_cell.insert(cell, stub);
        Ok(stub)
    }

    /// The stub of a cell that has contained a formula.
    pub(crate) fn get(&self, cell: CellId) -> CodeAddress {
        self.by_cell[&cell]
    }

    /// Takes all of it, to be freed.
    pub(crate) fn retire(&mut self) -> Retired {
        let mut retired = Retired::default();
        self.code.drain(..).for_each(|code| retired.push(code));
        retired
    }
}
