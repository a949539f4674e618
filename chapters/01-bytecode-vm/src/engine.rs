//! Engines: whatever can run a program from where it stands. All engines of all
//! chapters share the VM's frames, so that one can stop at any call or back
//! edge and another can go on. Chapter 1 of the book, "Handing over".

use crate::exception::Raised;
use crate::vm::Vm;

// ANCHOR: engine
/// Something that executes bytecode, in one way or another.
pub trait Engine {
    /// Goes on from the VM's running frame, which is in its canonical state (see
    /// [`Frame`](crate::Frame)), until the program ends or the engine hands over.
    ///
    /// # Panics
    /// When the program has ended already; see [`Vm::assert_running`] and [`Vm::end`].
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit;
}

/// Why an engine stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The module has returned.
    Finished,
    /// An exception was raised. The running frame's instruction is the one that raised.
    Raised,
    /// The running frame is in its canonical state; anyone can resume it.
    HandedOver,
}
// ANCHOR_END: engine

/// Runs a program to its end. The engines take turns: the first one starts, and
/// whoever hands over is followed by the next.
///
/// # Errors
/// When the program raised an exception; the VM has it.
///
/// # Panics
/// When there is no engine.
pub fn run(vm: &mut Vm<'_>, engines: &mut [Box<dyn Engine>]) -> Result<(), Raised> {
    assert!(!engines.is_empty(), "somebody has to run the program");
    let mut turn = 0;
    loop {
        match engines[turn].resume(vm) {
            Exit::Finished => return Ok(()),
            Exit::Raised => return Err(Raised),
            Exit::HandedOver => turn = (turn + 1) % engines.len(),
        }
    }
}
