//! Code that every VM has and no function is: the way in and out, the stubs, and the
//! interpreter. It lies in the arena beside the functions, and is never evicted. Chapter 5
//! of the book, "The interpreter moves in".
#![expect(unsafe_code, reason = "frees code that nobody runs any more")]

use std::sync::Arc;

use ch01_bytecode_vm::JitError;
use ch02_stencils::{CodeAddress, HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::driver::{Stencils, link_alone, outside};
use ch04_executable_memory::{Arena, ArenaError, Batch, Code, Named, NoRoots, Retired};

use super::stubs::{Question, Ways};
use super::templates::Templates;
use crate::mechanism::{StubError, StubGenerator};

/// The addresses of this code.
#[derive(Debug)]
pub(super) struct Shims {
    /// The way in.
    pub(super) enter: CodeAddress,
    /// Where the module returns to.
    pub(super) finish: CodeAddress,
    /// Where the entry of a function leads whose code is not known.
    pub(super) find_code: CodeAddress,
    /// Where it leads while there is no use in asking.
    pub(super) let_pass: CodeAddress,
    /// Where the entry of a function leads that has no code,
    pub(super) interpret_call: CodeAddress,
    /// where a frame of such a function returns to,
    pub(super) interpret_after_call: CodeAddress,
    /// and where to go on in one.
    pub(super) interpret_here: CodeAddress,
    code: Vec<Code>,
    /// The interpreter reads it.
    _dispatch: Box<[CodeAddress]>,
}

impl Shims {
    /// Writes and publishes it. One of the stubs asks the given question.
    ///
    /// # Errors
    /// When there is no memory.
    pub(super) fn new(
        templates: &Templates,
        arena: &Arc<Arena>,
        question: Question,
    ) -> Result<Shims, JitError> {
        let mut batch = arena.batch();
        let Templates { stencils, stubs, interpreter } = templates;
        let enter = write_alone(stencils, stencils.enter(), &mut batch).map_err(no_memory)?;
        let finish = write_alone(stencils, stencils.finish(), &mut batch).map_err(no_memory)?;
        let interpreter = interpreter.write(&mut batch).map_err(no_memory)?;
        let mut write =
            |stub: StubGenerator<X86_64>, name: &str, word: &dyn Fn(HoleKind) -> u64| {
                stub.write(&mut batch, Arc::new(Named(name.to_owned())), word).map_err(no_stub)
            };
        let find_code = write(stubs.find_code(), "find_code", &|symbol| question.word(symbol))?;
        let ways = Ways { code: interpreter.call, ask: find_code };
        let let_pass = write(stubs.let_pass(), "let_pass", &|symbol| ways.word(symbol))?;
        Ok(Shims {
            enter,
            finish,
            find_code,
            let_pass,
            interpret_call: interpreter.call,
            interpret_after_call: interpreter.after_call,
            interpret_here: interpreter.here,
            code: batch.publish().map_err(no_memory)?,
            _dispatch: interpreter.dispatch,
        })
    }

    /// Frees it.
    ///
    /// # Safety
    /// Nobody runs it, or will.
    pub(super) unsafe fn free(&mut self) {
        let mut retired = Retired::default();
        self.code.drain(..).for_each(|code| retired.push(code));
        // SAFETY: passed on.
        let roots = unsafe { NoRoots::new() };
        // What the system does not take back is lost.
        let _ = retired.sweep(&roots);
    }
}

/// Writes a stencil without holes, by itself. Returns where it will be.
fn write_alone(
    stencils: &Stencils,
    id: StencilId,
    batch: &mut Batch,
) -> Result<CodeAddress, ArenaError> {
    let image = link_alone(stencils, id);
    let mut draft = batch.draft(image.size(), image.alignment())?;
    let address = draft.address();
    let placed = image.place(draft.bytes_mut(), address, outside);
    placed.expect("a stencil without holes can lie anywhere");
    draft.finish(Arc::new(Named(stencils.library().get(id).name.clone())));
    Ok(address)
}

fn no_stub(error: StubError) -> JitError {
    match error {
        StubError::Memory(error) => no_memory(error),
        StubError::Place(error) => panic!("calls have veneers: {error}"),
    }
}

fn no_memory(error: ArenaError) -> JitError {
    JitError::Memory { bytes: SIZE, reason: error.into() }
}

/// How many bytes all of it has, or a little less: most of it is the interpreter.
const SIZE: usize = 1 << 14;
