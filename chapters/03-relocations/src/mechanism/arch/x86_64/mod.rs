//! x86-64. The formulas are those of the System V ABI for AMD64, table "Relocation
//! Types"; instructions are those of Intel's manual, volume 2. Chapter 3 of the
//! book, "Every relocation".

use std::ops::Range;

use ch02_stencils::object_file::RelocationType;

use super::{Arch, Condition, Formula, JumpCode, Overflow, ParseError, Parsed, Reach, Relaxed};

pub mod relocation;
mod relax;
mod block;
mod glance;
mod jump;
mod veneer;

/// The processor of PCs and servers.
#[derive(Clone, Copy, Debug)]
pub struct X86_64;

impl Arch for X86_64 {
    fn formula(kind: RelocationType) -> Option<Formula> {
        relocation::formula(kind)
    }

    #[inline]
    fn apply(formula: Formula, place: &mut [u8], s: u64, a: i64, p: u64) -> Result<(), Overflow> {
        relocation::apply(formula, place, s, a, p)
    }

    fn parse(code: &[u8], holes: &[Range<usize>]) -> Result<Parsed, ParseError> {
        block::parse(code, holes)
    }

    fn glance(code: &[u8], holes: &[Range<usize>]) -> Parsed {
        glance::glance(code, holes)
    }

    fn relax(kind: RelocationType, code: &mut [u8], hole: usize, addend: i64) -> Option<Relaxed> {
        relax::relax(kind, code, hole, addend)
    }

    fn invert(condition: Condition) -> Condition {
        jump::invert(condition)
    }

    fn jump(condition: Option<Condition>, reach: Reach) -> JumpCode {
        jump::jump(condition, reach)
    }

    /// `int3`.
    const TRAP: u8 = 0xcc;

    const VENEER_SIZE: usize = veneer::SIZE;

    fn write_veneer(place: &mut [u8], target: u64) {
        veneer::write(place, target);
    }
}
