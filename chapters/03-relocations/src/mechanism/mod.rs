//! The mechanism: an object file becomes a library of stencils whose blocks this
//! linker has laid out; a sequence of stencils becomes an image, which can be put
//! anywhere. It knows no language, no opcode and no value, and x86-64 only in one
//! module.

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
