//! A virtual machine for a subset of Python 3.13: source becomes bytecode, which
//! an interpreter executes, or the crudest JIT that works. Chapter 1 of the book
//! explains it, in the order of these modules.

// What a program is.
mod value;
mod opcode;
mod code;
mod verify;

// How a source becomes one.
mod source;
mod error;
mod syntax;
mod compiler;
pub mod listing;

// How it is run.
mod vm;
mod exception;
mod output;
pub mod runtime;
mod operations;
mod engine;
mod interpreter;
mod call_threading;
mod traceback;

// How it is put on the bench.
mod interrupt;
mod machine;

pub use call_threading::{CallThreading, JitError};
pub use code::{CodeObject, InstructionIndex, MAX_FRAME_SLOTS, Program};
pub use compiler::compile;
pub use engine::{Engine, Exit, run};
pub use error::{Chapter, NestingError, SourceError, SyntaxClass};
pub use exception::{Exception, ExceptionClass, Outcome, Raised};
pub use interpreter::{Counts, Interpreter, Observer, Stepper};
pub use machine::{BytecodeVm, load, refuse_jit, run_program};
pub use opcode::{BinaryOperator, Comparison, Instruction, Opcode, OpcodeInfo, Operand};
pub use source::SourceText;
pub use traceback::traceback;
pub use value::{Builtin, CodeId, FunctionId, Kind, RangeState, StringId, Value};
pub use vm::{Attention, Frame, Function, LAYOUT, MAX_FRAMES, Vm, VmError};
