//! The JIT as an engine: chapter 3's, in an arena that it may share with others.
//! Chapter 4 of the book, "The JIT moves in".
#![expect(unsafe_code, reason = "vouches for the machine code that it has linked")]

use std::cell::RefCell;
use std::ffi::c_void;
use std::mem;
use std::ptr;
use std::sync::Arc;

use ch00_workbench::Listing;
use ch01_bytecode_vm::{CodeId, Engine, Exit, FunctionId, InstructionIndex, JitError, Program, Vm};
use ch02_stencils::driver::{CompiledProgram, resume};
use ch02_stencils::{CodeAddress, CodeOffset, HoleKind, StencilId};
use ch03_relocations::driver::{Stencils, link_alone, list_code, outside};
use ch03_relocations::link::{CodeMap, Image, Step};

use super::function::{CompiledFunction, no_memory, place, write};
use super::listing;
use super::roots::VmRoots;
use crate::mechanism::{Arena, Batch, Code, Named, NoRoots, Retired};

/// The engine that runs a program as code in an arena. The code is freed with it.
#[derive(Debug)]
pub struct Jit {
    program: Arc<Program>,
    stencils: Arc<Stencils>,
    arena: Arc<Arena>,
    /// What code calls.
    outside: fn(HoleKind) -> u64,
    /// The way in, and where the module returns to.
    enter: CodeAddress,
    finish: CodeAddress,
    /// The code there.
    shims: Vec<Code>,
    /// By number of the code object. It changes while code runs.
    functions: RefCell<Vec<Function>>,
    /// Code that was replaced, and that frames may still return to.
    retired: RefCell<Retired>,
}

/// How many pieces of code there are beside the functions'.
const SHIMS: usize = 2;

/// The machine code of a code object.
#[derive(Debug)]
struct Function {
    code: Code,
    what: Arc<CompiledFunction>,
}

impl Jit {
    /// Compiles a program.
    ///
    /// # Errors
    /// When the system gives no memory, or does not let it be executed, or a
    /// function would have 2 GiB of code or more.
    pub fn new(
        program: Arc<Program>,
        stencils: Arc<Stencils>,
        arena: Arc<Arena>,
    ) -> Result<Jit, JitError> {
        Self::with_outside(program, stencils, arena, outside)
    }

    /// The same, with functions of the caller's choice instead of the runtime's.
    pub(super) fn with_outside(
        program: Arc<Program>,
        stencils: Arc<Stencils>,
        arena: Arc<Arena>,
        outside: fn(HoleKind) -> u64,
    ) -> Result<Jit, JitError> {
        let mut batch = arena.batch();
        let shims: [StencilId; SHIMS] = [stencils.enter(), stencils.finish()];
        shims.into_iter().try_for_each(|id| write_alone(&stencils, id, &mut batch))?;
        let mut image = Image::new();
        let codes = (0..program.codes().len() as u32).map(CodeId);
        let written =
            codes.map(|code| write(&program, code, &stencils, outside, &mut image, &mut batch));
        let written: Vec<Arc<CompiledFunction>> = written.collect::<Result<_, _>>()?;
        let mut shims = publish(batch)?;
        let functions = shims.split_off(SHIMS).into_iter().zip(written);
        let functions = functions.map(|(code, what)| Function { code, what }).collect();
        let [enter, finish] = [0, 1].map(|shim: usize| shims[shim].address(CodeOffset(0)));
        let (functions, retired) = (RefCell::new(functions), RefCell::default());
        Ok(Jit { program, stencils, arena, outside, enter, finish, shims, functions, retired })
    }

    /// Compiles a code object again, to another place, and frees code that nobody
    /// returns to any more. It may be running: who is in the old code stays there, and
    /// whoever calls the function from now on gets to the new one.
    ///
    /// # Errors
    /// When the system gives no memory. Nothing has changed then.
    ///
    /// # Panics
    /// When there is no such code object, or the VM runs another program.
    // ANCHOR: recompile
    pub fn recompile(&self, code: CodeId, roots: &VmRoots<'_, '_>) -> Result<(), JitError> {
        let vm = roots.vm();
        assert!(ptr::eq(vm.program(), &*self.program), "the code is another program's");
        let mut batch = self.arena.batch();
        let mut image = Image::new();
        let what =
            write(&self.program, code, &self.stencils, self.outside, &mut image, &mut batch)?;
        let new = publish(batch)?.pop().expect("what was finished is published");
        let entry = new.address(what.map().entry(Step(0)));
        // SAFETY: this is the function's code, and stays until a new one is in the cell.
        unsafe { vm.set_entry(FunctionId(code.0), entry.0 as *mut c_void) };
        let function = &mut self.functions.borrow_mut()[code.0 as usize];
        let old = mem::replace(function, Function { code: new, what });
        let mut retired = self.retired.borrow_mut();
        retired.push(old.code);
        // What the system does not take back now waits for the next time.
        let _ = retired.sweep(roots);
        Ok(())
    }
    // ANCHOR_END: recompile

    /// Where the code is.
    #[must_use]
    pub fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    /// How many pieces of code have been replaced and not yet been freed.
    #[must_use]
    pub fn retired(&self) -> usize {
        self.retired.borrow().len()
    }

    /// The code with names for addresses.
    #[must_use]
    pub fn listing(&self) -> Listing {
        let functions = self.functions.borrow();
        let functions = (0..).map(CodeId).zip(functions.iter());
        let functions = functions.map(|(code, it)| (code, it.what.map(), it.code.bytes()));
        list_code(&self.program, &self.stencils, functions)
    }

    /// Where the code lies in memory, and what lies beside it.
    #[must_use]
    pub fn memory_listing(&self) -> Listing {
        listing::memory(&self.arena)
    }

    /// The machine code of all functions, one behind the other.
    #[must_use]
    pub fn code_bytes(&self) -> Vec<u8> {
        self.functions.borrow().iter().flat_map(|it| it.code.bytes().to_vec()).collect()
    }

    /// How many bytes the hot and the cold parts of all instructions have.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        let functions = self.functions.borrow();
        let maps = || functions.iter().map(|function| function.what.map());
        (maps().map(CodeMap::hot_size).sum(), maps().map(CodeMap::cold_size).sum())
    }
}

/// Writes a stencil without holes, by itself.
fn write_alone(stencils: &Stencils, id: StencilId, batch: &mut Batch) -> Result<(), JitError> {
    let image = link_alone(stencils, id);
    let (size, alignment) = (image.size(), image.alignment());
    let mut draft = batch.draft(size, alignment).map_err(|error| no_memory(size, error))?;
    let address = draft.address();
    place(&image, draft.bytes_mut(), address, outside);
    draft.finish(Arc::new(Named(stencils.library().get(id).name.clone())));
    Ok(())
}

pub(super) fn publish(batch: Batch) -> Result<Vec<Code>, JitError> {
    let bytes = batch.size();
    batch.publish().map_err(|error| no_memory(bytes, error))
}

impl Drop for Jit {
    fn drop(&mut self) {
        let functions = self.functions.get_mut().drain(..).map(|function| function.code);
        let retired = mem::take(self.retired.get_mut());
        let code = retired.into_iter().chain(self.shims.drain(..)).chain(functions);
        // SAFETY: nobody runs the code, as that borrows this. Frames that would return
        // to it get other return addresses from whoever resumes their VM.
        unsafe { free_all(code) };
    }
}

/// Frees code; what the system does not take back is lost.
///
/// # Safety
/// Nobody runs the code, or will.
pub(super) unsafe fn free_all(code: impl IntoIterator<Item = Code>) {
    // SAFETY: passed on.
    let roots = unsafe { NoRoots::new() };
    let mut retired = Retired::default();
    code.into_iter().for_each(|code| retired.push(code));
    let _ = retired.sweep(&roots);
}

// SAFETY: `link_function` has linked the stencil of each instruction, whose holes hold
// labels of the same code, and addresses of the runtime, whose functions abort when
// they panic. The code is freed when this is dropped, or when it has been replaced and
// no frame returns to it. That it does with the VM what verified instructions say is
// what whoever supplies the object vouches for; the loader has compared the layout and
// looked at the holes.
unsafe impl CompiledProgram for Jit {
    fn program(&self) -> &Program {
        &self.program
    }

    fn enter(&self) -> CodeAddress {
        self.enter
    }

    fn finish(&self) -> CodeAddress {
        self.finish
    }

    fn address(&self, code: CodeId, instruction: InstructionIndex) -> CodeAddress {
        let function = &self.functions.borrow()[code.0 as usize];
        function.code.address(function.what.map().entry(Step(instruction.0)))
    }
}

impl Engine for Jit {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        resume(self, vm)
    }
}
