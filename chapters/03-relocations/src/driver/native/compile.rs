//! From bytecode to an image. Chapter 3 of the book, "Two passes".

use std::io::{self, ErrorKind};

use ch01_bytecode_vm::{CodeObject, Instruction, JitError, Value};
use ch02_stencils::driver::Symbol;
use ch02_stencils::{HoleKind, StencilId};

use crate::driver::stencils::Stencils;
use crate::mechanism::arch::X86_64;
use crate::mechanism::link::{CodeMap, HoleResolver, Image, LinkError, Step, Values};

/// Links the stencils of a code object.
///
/// # Errors
/// When the code would have 2 GiB or more.
pub(crate) fn compile(
    code: &CodeObject,
    stencils: &Stencils,
    kinds: &Kinds,
    image: &mut Image<X86_64>,
) -> Result<(), JitError> {
    let steps = u32::try_from(code.instructions.len()).expect("instructions have 32-bit numbers");
    let linked = stencils.library().link(steps, &Site { code, stencils, kinds }, image);
    linked.map_err(|error| match error {
        LinkError::TooBig { bytes } => {
            let reason = io::Error::new(ErrorKind::FileTooLarge, error);
            JitError::Memory { bytes: bytes as usize, reason }
        }
        error => panic!("verified code has operands that fit: {error}"),
    })
}

// ANCHOR: site
/// What an instruction of a code object has for the holes of its stencil.
struct Site<'a> {
    code: &'a CodeObject,
    stencils: &'a Stencils,
    kinds: &'a Kinds,
}

impl HoleResolver for Site<'_> {
    #[inline]
    fn stencil(&self, step: Step) -> StencilId {
        self.stencils.operation(&self.code.instructions[step.0 as usize])
    }

    #[inline]
    fn fill(&self, step: Step, map: &CodeMap, values: &mut Values) {
        let Instruction { slot, operand, .. } = self.code.instructions[step.0 as usize];
        let constant = self.code.constants.get(operand as usize);
        let kinds = self.kinds;
        values.set(kinds.target, map.start(Step(operand)).0 as u64);
        values.set(kinds.operand, operand.into());
        values.set(kinds.target_index, operand.into());
        values.set(kinds.index, step.0.into());
        values.set(kinds.constant, constant.map_or(0, |constant| constant.bits()));
        values.set(kinds.local, in_bytes(operand));
        values.set(kinds.variable, in_bytes(operand));
        values.set(kinds.operands, in_bytes(operand));
        values.set(kinds.range, in_bytes(slot.into()));
    }
}
// ANCHOR_END: site

/// How far it is to the value with this number.
fn in_bytes(values: u32) -> u64 {
    u64::from(values) * size_of::<Value>() as u64
}

/// The numbers of the symbols that an instruction fills.
#[derive(Clone, Debug)]
pub(crate) struct Kinds {
    target: HoleKind,
    operand: HoleKind,
    index: HoleKind,
    target_index: HoleKind,
    constant: HoleKind,
    local: HoleKind,
    variable: HoleKind,
    operands: HoleKind,
    range: HoleKind,
}

impl Kinds {
    pub(crate) fn new(stencils: &Stencils) -> Kinds {
        let table = stencils.library().symbols().table();
        let kind = |symbol| {
            let mut kinds = table.kinds();
            kinds.find(|&kind| Symbol::of(kind) == symbol).expect("it is one of the symbols")
        };
        Kinds {
            target: kind(Symbol::Target),
            operand: kind(Symbol::Operand),
            index: kind(Symbol::Index),
            target_index: kind(Symbol::TargetIndex),
            constant: kind(Symbol::Constant),
            local: kind(Symbol::Local),
            variable: kind(Symbol::Variable),
            operands: kind(Symbol::Operands),
            range: kind(Symbol::Range),
        }
    }
}
