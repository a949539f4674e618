//! Who runs the code of formulas, and is the cache's host: it knows where each formula is
//! entered, and where those go on that wait for another one. Chapter 5 of the book, "The
//! same cache, another language".
#![expect(unsafe_code, reason = "calls code that it has linked, and says who waits where")]

use std::cell::Cell;
use std::ptr;
use std::rc::Rc;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::CodeRoots;
use ch05_code_cache::Host;

use crate::cell::CellId;
use crate::formula::CHARACTERS;
use crate::grid::{Edition, Grid};
use crate::interpreter::Reason;
use crate::sheet::Sheet;
use crate::stubs::Stubs;

/// How many formulas can wait for each other, the host among them.
pub(crate) const FRAMES: usize = 512;

/// `Frame` of `sheet.c`: where a formula goes on that waits.
type Frame = Cell<CodeAddress>;

/// `Machine` of `sheet.c`.
#[repr(C)]
struct Machine {
    frame: Cell<*const Frame>,
    frames_end: *const Frame,
    sheet: Cell<*const Sheet>,
    edition: Cell<Edition>,
    result: Cell<f64>,
    reason: Cell<u32>,
}

pub(crate) struct Runner {
    machine: Machine,
    frames: Box<[Frame]>,
    grid: Rc<Grid>,
    pub(crate) stubs: Stubs,
}

/// `enter` of `sheet.c`: returns the address of the code that failed, or 0.
type Enter =
    unsafe extern "sysv64" fn(&Machine, *const Frame, *mut f64, CodeAddress) -> CodeAddress;

impl Runner {
    pub(crate) fn new(grid: Rc<Grid>, stubs: Stubs) -> Runner {
        let frames: Box<[Frame]> = vec![Cell::new(stubs.leave); FRAMES].into();
        let range = frames.as_ptr_range();
        let machine = Machine {
            frame: Cell::new(range.start),
            frames_end: range.end,
            sheet: Cell::new(ptr::null()),
            edition: Cell::new(1),
            result: Cell::new(0.0),
            reason: Cell::new(0),
        };
        Runner { machine, frames, grid, stubs }
    }

    /// Runs the formula of a cell, whose stub would ask `sheet`.
    ///
    /// # Errors
    /// Where the code is that failed.
    pub(crate) fn run(&self, cell: CellId, sheet: &Sheet) -> Result<f64, CodeAddress> {
        assert!(ptr::eq(self, sheet.runner()), "it asks its own sheet");
        self.machine.sheet.set(sheet);
        let mut operands = vec![0.0; FRAMES * CHARACTERS];
        let behind_the_host = self.frames.as_ptr().wrapping_add(1);
        let entry = self.grid.entry(cell);
        // SAFETY: `enter` is this function. The entry leads to the formula's code, or to
        // its stub. Both leave when they come to the host's frame, need as much room for
        // operands as a formula has characters, and go nowhere but to other entries, to
        // frames, and to `sheet_find_code`, which does not unwind.
        let failed = unsafe {
            let enter: Enter = std::mem::transmute(self.stubs.enter);
            enter(&self.machine, behind_the_host, operands.as_mut_ptr(), entry)
        };
        self.machine.frame.set(self.frames.as_ptr());
        match failed {
            CodeAddress(0) => Ok(self.machine.result.get()),
            failed => Err(failed),
        }
    }

    /// How many frames are in use.
    pub(crate) fn depth(&self) -> usize {
        (self.machine.frame.get().addr() - self.frames.as_ptr().addr()) / size_of::<Frame>()
    }

    pub(crate) fn edition(&self) -> Edition {
        self.machine.edition.get()
    }

    /// Has what was computed forgotten.
    pub(crate) fn next_edition(&self) {
        self.machine.edition.set(self.edition() + 1);
    }

    /// Has `found_result` find this.
    pub(crate) fn set_result(&self, result: f64) {
        self.machine.result.set(result);
    }

    /// Why code has failed.
    pub(crate) fn reason(&self) -> Reason {
        match self.machine.reason.get() {
            0 => Reason::DivisionByZero,
            1 => Reason::TooDeep,
            reason => unreachable!("`sheet.c` has no reason {reason}"),
        }
    }
}

// SAFETY: code runs only in `run`, and the cache is asked only by a stub, which has noted
// how many frames are in use, or when nobody is in any. A formula that waits goes on where
// its frame says, and nowhere else.
unsafe impl CodeRoots for Runner {
    fn visit(&self, root: &mut dyn FnMut(CodeAddress)) {
        self.frames[..self.depth()].iter().map(Cell::get).for_each(root);
    }
}

// SAFETY: formulas are entered only through their entry cells.
unsafe impl Host for Runner {
    type Key = CellId;

    fn set_entry(&self, cell: CellId, entry: Option<CodeAddress>) {
        self.grid.set_entry(cell, entry.unwrap_or_else(|| self.stubs.get(cell)));
    }

    /// There is nowhere else: a formula that waits is finished in the code that it has.
    fn divert(&self, _: &dyn Fn(CodeAddress) -> bool) {}
}
