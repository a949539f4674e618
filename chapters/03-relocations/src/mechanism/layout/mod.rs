//! The layout of stencils: which blocks are on the way and which are not, in what
//! order they lie, and which jumps that saves. Chapter 3 of the book, "The linker
//! owns the layout".

mod peepholes;
mod flow;
mod order;
mod jumps;
mod assemble;
mod stencil;

pub use peepholes::{Peephole, Peepholes};
pub use stencil::{Hole, Part, PartName, PlacedBlock, Stencil, Target};

use self::assemble::Assembler;
use self::flow::Flow;
use self::jumps::Arrangement;
use super::arch::Arch;
use super::graph::Function;
use super::symbols::Symbols;

/// Makes a stencil of a function.
#[must_use]
pub fn lay_out<A: Arch>(function: &Function, symbols: &Symbols, peepholes: Peepholes) -> Stencil {
    let flow = Flow::new(function, peepholes);
    let order = order::order(&flow, peepholes);
    let arrangement = Arrangement::<A>::new(&flow, symbols, peepholes, order);
    Assembler::new(&flow, &arrangement).stencil()
}
