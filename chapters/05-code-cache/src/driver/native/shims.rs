//! Code that every VM has and no function is: the way in and out, the stub, and the
//! interpreter. It lies in one piece of the arena and is never evicted.
#![expect(unsafe_code, reason = "frees code that nobody runs any more")]

use std::sync::Arc;

use ch01_bytecode_vm::JitError;
use ch02_stencils::{CodeAddress, CodeOffset, StencilId};
use ch03_relocations::driver::{Stencils, link_alone, outside};
use ch04_executable_memory::{Arena, ArenaError, Batch, Code, Named, NoRoots, Retired};

use super::stubs::Question;
use super::templates::Templates;
use crate::mechanism::StubError;

/// The addresses of this code.
#[derive(Debug)]
pub(super) struct Shims {
    /// The way in.
    pub(super) enter: CodeAddress,
    /// Where the module returns to.
    pub(super) finish: CodeAddress,
    /// Where the entry of a function leads whose code is not known.
    pub(super) find_code: CodeAddress,
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
    /// Writes and publishes it. The stub asks the given question.
    ///
    /// # Errors
    /// When there is no memory.
    pub(super) fn new(
        templates: &Templates,
        arena: &Arc<Arena>,
        question: Question,
    ) -> Result<Shims, JitError> {
        let mut batch = arena.batch();
        let stencils = &templates.stencils;
        write_alone(stencils, stencils.enter(), &mut batch).map_err(no_memory)?;
        write_alone(stencils, stencils.finish(), &mut batch).map_err(no_memory)?;
        let stub = templates.stubs.find_code();
        let what = Arc::new(Named("find_code".to_owned()));
        stub.write(&mut batch, what, |symbol| question.word(symbol)).map_err(
            |error| match error {
                StubError::Memory(error) => no_memory(error),
                StubError::Place(error) => panic!("calls have veneers: {error}"),
            },
        )?;
        let interpreter = templates.interpreter.write(&mut batch).map_err(no_memory)?;
        let code = batch.publish().map_err(no_memory)?;
        let [enter, finish, find_code] = [0, 1, 2].map(|piece: usize| code[piece].address(START));
        let interpret = |offset| code[3].address(offset);
        Ok(Shims {
            enter,
            finish,
            find_code,
            interpret_call: interpret(interpreter.call),
            interpret_after_call: interpret(interpreter.after_call),
            interpret_here: interpret(interpreter.here),
            code,
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

const START: CodeOffset = CodeOffset(0);

/// Writes a stencil without holes, by itself.
fn write_alone(stencils: &Stencils, id: StencilId, batch: &mut Batch) -> Result<(), ArenaError> {
    let image = link_alone(stencils, id);
    let mut draft = batch.draft(image.size(), image.alignment())?;
    let address = draft.address();
    let placed = image.place(draft.bytes_mut(), address, outside);
    placed.expect("a stencil without holes can lie anywhere");
    draft.finish(Arc::new(Named(stencils.library().get(id).name.clone())));
    Ok(())
}

fn no_memory(error: ArenaError) -> JitError {
    JitError::Memory { bytes: SIZE, reason: error.into() }
}

/// How many bytes all of it has, or a little less: most of it is the interpreter.
const SIZE: usize = 1 << 14;
