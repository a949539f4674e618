//! The VM's state: functions, frames, the stack of values, module variables.
//! Its layout is fixed, as compiled code reads and writes it. Chapter 1 of the
//! book, "Frames", draws it.

mod frame;
mod layout;
mod memory;
mod state;

pub use frame::{Frame, Function};
pub use layout::LAYOUT;
pub(crate) use state::INTERRUPTED;
pub use state::{Attention, MAX_FRAMES, Vm, VmError};
