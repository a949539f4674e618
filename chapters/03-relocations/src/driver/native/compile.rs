//! From bytecode to an image. Chapter 3 of the book, "Two passes".

use std::io::{self, ErrorKind};

use ch01_bytecode_vm::{CodeObject, Instruction, JitError, Value};
use ch02_stencils::driver::{Symbol, runtime_address};
use ch02_stencils::{HoleKind, StencilId};

use crate::driver::stencils::Stencils;
use crate::mechanism::arch::X86_64;
use crate::mechanism::link::{CodeMap, HoleResolver, Image, LinkError, Step, Values};

/// Links the stencils of a code object.
///
/// # Errors
/// When the code would have 2 GiB or more.
///
/// # Panics
/// When the code was not verified.
pub fn link_function(
    code: &CodeObject,
    stencils: &Stencils,
    image: &mut Image<X86_64>,
) -> Result<(), JitError> {
    let CodeObject { instructions, constants, .. } = code;
    let steps = u32::try_from(instructions.len()).expect("instructions have 32-bit numbers");
    let linked = stencils.library().link(steps, &Site { instructions, constants, stencils }, image);
    linked.map_err(|error| match error {
        LinkError::TooBig { bytes } => {
            let reason = io::Error::new(ErrorKind::FileTooLarge, error);
            JitError::Memory { bytes: bytes as usize, reason }
        }
        LinkError::RunsOff { .. } => panic!("verified code ends with a return: {error}"),
        LinkError::Range { .. } => panic!("verified code has operands that fit: {error}"),
    })
}

/// What instructions of a code object have for the holes of their stencils.
struct Site<'a> {
    instructions: &'a [Instruction],
    constants: &'a [Value],
    stencils: &'a Stencils,
}

impl HoleResolver for Site<'_> {
    #[inline]
    fn stencil(&self, step: Step) -> StencilId {
        self.stencils.operation(&self.instructions[step.0 as usize])
    }

    // ANCHOR: fill
    #[inline]
    fn fill(&self, step: Step, map: &CodeMap, values: &mut Values) {
        let Instruction { slot, operand, .. } = self.instructions[step.0 as usize];
        // What is not the number of a constant gets the last one, without a branch.
        let last = self.constants.len().saturating_sub(1);
        let constant = self.constants.get(last.min(operand as usize));
        let mut set = |symbol: Symbol, value| values.set(symbol.kind(), value);
        set(Symbol::Target, map.start(Step(operand)).0 as u64);
        set(Symbol::Operand, operand.into());
        set(Symbol::TargetIndex, operand.into());
        set(Symbol::Index, step.0.into());
        set(Symbol::Constant, constant.map_or(0, |constant| constant.bits()));
        set(Symbol::Local, in_bytes(operand));
        set(Symbol::Variable, in_bytes(operand));
        set(Symbol::Operands, in_bytes(operand));
        set(Symbol::Range, in_bytes(slot.into()));
    }
    // ANCHOR_END: fill
}

/// How far it is to the value with this number.
fn in_bytes(values: u32) -> u64 {
    u64::from(values) * size_of::<Value>() as u64
}

/// Links a stencil that has no holes and goes nowhere.
///
/// # Panics
/// When it has, or does.
#[must_use]
pub fn link_alone(stencils: &Stencils, id: StencilId) -> Image<X86_64> {
    struct One(StencilId);

    impl HoleResolver for One {
        fn stencil(&self, _: Step) -> StencilId {
            self.0
        }

        fn fill(&self, _: Step, _: &CodeMap, _: &mut Values) {}
    }

    let mut image = Image::new();
    let linked = stencils.library().link(1, &One(id), &mut image);
    linked.expect("a stencil without holes, that goes nowhere, can be linked");
    image
}

/// The address of what is outside of the code: a function of the runtime.
///
/// # Panics
/// When the symbol is none.
#[must_use]
pub fn outside(kind: HoleKind) -> u64 {
    match Symbol::of(kind) {
        Symbol::Runtime(function) => runtime_address(function),
        other => panic!("{other:?} is not outside of the code"),
    }
}
