//! The runtime: what instructions do when it is not the fast case. Every engine
//! calls these functions, so that every engine agrees. Each takes values and
//! returns one, or raises.
//!
//! The values are those that a program can have: NULL or a code object, where
//! not asked for, is a panic. What raises looks at the running frame's code, so
//! an engine keeps `Vm::frame` up to date; it need not keep the frame's
//! instruction so until the exception is reported.

mod arithmetic;
mod builtins;
mod calls;
mod comparison;
mod names;

pub use arithmetic::{binary_op, unary_invert, unary_negative, unary_positive};
pub use builtins::{call_builtin, range_state};
pub use calls::{make_function, refuse_call, refuse_recursion};
pub use comparison::{compare_op, is_same, truth};
pub use names::{unbound_local, unbound_variable};
