//! Functions and frames as compiled code sees them.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32};

use crate::code::{CodeObject, InstructionIndex};
use crate::opcode::Instruction;
use crate::value::{CodeId, Value};

/// A call that is under way.
///
/// A frame's slots hold its local variables (parameters first), then the state
/// of its `for` loops, then its operand stack. A callee's parameters lie where
/// the caller pushed the arguments: passing them copies nothing.
///
/// Frames lie side by side: a frame's caller is the one before it. To return is
/// to put the result two slots below the callee's first one, where the caller
/// had pushed the callable, and to go on behind the caller's `CALL`.
///
/// This is the canonical state. At any instruction boundary, whichever engine
/// runs, the slots hold exactly what the interpreter would have put there, and
/// any engine can go on from here. How many operands there are follows from the
/// instruction ([`CodeObject::depths`]).
// ANCHOR: frame
#[derive(Debug)]
#[repr(C)]
pub struct Frame {
    /// The first slot.
    pub slots: *mut Value,
    /// The function that was called.
    pub function: *const Function,
    /// The instruction to go on with. In a frame that waits for a callee: its
    /// `CALL`. While an engine runs a frame, it may keep this to itself.
    pub instruction: InstructionIndex,
    /// Where compiled code goes on in this frame when the callee returns. It means
    /// something to the engine alone that has written it.
    pub return_address: *const c_void,
    /// For the engine to use as it likes; null in a new frame.
    pub engine: *mut c_void,
}
// ANCHOR_END: frame

/// A function (or the module) that can be called.
#[derive(Debug)]
#[repr(C)]
pub struct Function {
    /// Where compiled code enters the function; null until [`Vm::set_entry`](crate::Vm::set_entry).
    pub(crate) entry: AtomicPtr<c_void>,
    /// For the engine to use as it likes; null at first.
    pub engine: AtomicPtr<c_void>,
    /// The first instruction.
    pub instructions: *const Instruction,
    /// The first constant.
    pub constants: *const Value,
    /// How many arguments it takes.
    pub parameters: u32,
    /// How many local variables it has, parameters included.
    pub locals: u32,
    /// How many slots lie below its operand stack.
    pub stack_base: u32,
    /// Its code object.
    pub code: CodeId,
    /// How often `def` has made it. After the second time, two values of this
    /// function may or may not be the same object in CPython.
    pub(crate) times_made: AtomicU32,
}

impl Function {
    /// A function for a code object, which must not move while the function is used.
    pub(super) fn new(id: CodeId, code: &CodeObject) -> Function {
        Function {
            entry: AtomicPtr::new(ptr::null_mut()),
            engine: AtomicPtr::new(ptr::null_mut()),
            instructions: code.instructions.as_ptr(),
            constants: code.constants.as_ptr(),
            parameters: code.parameters,
            locals: code.locals.len() as u32,
            stack_base: code.stack_base(),
            code: id,
            times_made: AtomicU32::new(0),
        }
    }
}
