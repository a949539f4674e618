//! The sheet: cells that can be asked for their values, and changed. Chapter 5 of the
//! book, "The same cache, another language".

use std::cell::{Ref, RefCell};
use std::error::Error;
use std::rc::Rc;
use std::sync::Arc;

use ch02_stencils::CodeAddress;
use ch03_relocations::arch::{Arch, X86_64};
use ch04_executable_memory::{Arena, ArenaOptions, Place, SystemPages};
use ch05_code_cache::{CacheOptions, CodeCache};

use crate::cell::CellId;
use crate::compiler::{FormulaCompiler, token};
use crate::formula::Formula;
use crate::grid::Grid;
use crate::interpreter::Failure;
use crate::runner::Runner;
use crate::stencils::Stencils;
use crate::stubs::Stubs;

pub(crate) struct Sheet {
    grid: Rc<Grid>,
    runner: Runner,
    cache: RefCell<CodeCache<FormulaCompiler>>,
    /// Why a formula that was interpreted has no value.
    failure: RefCell<Option<Failure>>,
}

impl Sheet {
    /// An empty sheet. Its formulas have code as far as the options allow.
    pub(crate) fn new(options: CacheOptions) -> Result<Sheet, Box<dyn Error>> {
        let arena = Arena::new(Arc::new(SystemPages), ArenaOptions::new(X86_64::TRAP));
        let stencils = Rc::new(Stencils::new());
        let stubs = Stubs::new(&stencils, &arena, find_code as *const () as u64)?;
        // Nobody enters a cell that has never contained a formula.
        let grid = Rc::new(Grid::new(&arena, stubs.found_failure)?);
        let counting = stencils.call_counting();
        let compiler = FormulaCompiler { stencils, grid: Rc::clone(&grid) };
        let mut cache = CodeCache::new(arena, compiler, options);
        cache.count_calls(counting);
        let runner = Runner::new(Rc::clone(&grid), stubs);
        Ok(Sheet { grid, runner, cache: RefCell::new(cache), failure: RefCell::default() })
    }

    // ANCHOR: set
    /// Writes a formula into a cell. Returns for how many formulas the code is thrown
    /// away: for those that have the number inside that was there, and for the cell's.
    pub(crate) fn set(&mut self, cell: CellId, text: &str) -> Result<usize, Box<dyn Error>> {
        let formula = Formula::parse(text)?;
        if formula.number().is_none() {
            let stub = self.runner.stubs.add(cell)?;
            self.grid.set_entry(cell, stub);
        }
        self.grid.set_formula(cell, formula);
        self.runner.next_edition();
        Ok(self.cache.get_mut().invalidate(token(cell), &self.runner))
    }
    // ANCHOR_END: set

    /// The value of a cell.
    pub(crate) fn get(&self, cell: CellId) -> Result<f64, Failure> {
        if let Some(number) = self.grid.formula(cell).number() {
            return Ok(number);
        }
        self.runner.run(cell, self).map_err(|failed| {
            let interpreted = self.failure.take();
            interpreted.unwrap_or_else(|| self.failure_at(failed))
        })
    }

    /// Why the code at an address has failed.
    fn failure_at(&self, address: CodeAddress) -> Failure {
        let mut place = String::new();
        let describe = |found: Place<'_>| match found {
            Place::Code { what, offset } => what.describe(offset, &mut place),
            _ => unreachable!("only code fails"),
        };
        let described = self.cache.borrow().arena().locate(address, describe);
        described.expect("it is in the arena").expect("a string has room");
        Failure { place, reason: self.runner.reason() }
    }

    /// Where to go on in a formula that is needed. Without room for its code, it is
    /// interpreted.
    fn find_code(&self, cell: CellId) -> CodeAddress {
        let entered = self.cache.borrow_mut().enter(cell, &self.runner);
        entered.unwrap_or_else(|_| self.interpret(cell))
    }

    fn interpret(&self, cell: CellId) -> CodeAddress {
        let Sheet { grid, runner, failure, .. } = self;
        match grid.interpret(cell, runner.edition(), runner.depth()) {
            Ok(result) => {
                runner.set_result(result);
                runner.stubs.found_result
            }
            Err(found) => {
                failure.replace(Some(found));
                runner.stubs.found_failure
            }
        }
    }

    /// The cache, to be asked for its statistics.
    pub(crate) fn cache(&self) -> Ref<'_, CodeCache<FormulaCompiler>> {
        self.cache.borrow()
    }

    pub(crate) fn runner(&self) -> &Runner {
        &self.runner
    }
}

/// `sheet_find_code` of `sheet.c`.
extern "sysv64" fn find_code(sheet: &Sheet, cell: u64) -> CodeAddress {
    sheet.find_code(CellId(cell as usize))
}

impl Drop for Sheet {
    fn drop(&mut self) {
        // No formula waits, as that would borrow the sheet.
        self.cache.get_mut().free_all(&self.runner);
        // What the system does not take back is lost.
        let _ = self.runner.stubs.retire().sweep(&self.runner);
    }
}
