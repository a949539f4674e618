//! The mechanism: an object file becomes a library of stencils whose blocks this
//! linker has laid out; a sequence of stencils becomes an image, which can be put
//! anywhere. It knows no language, no opcode and no value. What it knows of x86-64 is
//! in one module; that jumps and calls end with their distance is all that the others
//! assume of a processor.

pub mod arch;
mod symbols;
mod graph;
pub mod read;
pub mod layout;
pub mod link;
pub mod listing;

pub use graph::{
    Block, BlockId, Constant, ConstantId, End, Function, Object, RawHole, RawTarget, Successor,
};
pub use symbols::{Role, Symbols};
