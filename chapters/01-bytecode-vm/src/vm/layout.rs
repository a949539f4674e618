//! Where compiled code finds what it needs, for whoever generates or compiles it.

use std::mem::offset_of;

use super::{Frame, Function, Vm};
use crate::opcode::Instruction;
use crate::value::RangeState;

/// The offsets in bytes of the fields that compiled code uses, by name. Names
/// and meanings are those of the fields of [`Vm`], [`Frame`], [`Function`],
/// [`Instruction`], and of [`RangeState`] as it lies in a frame's slots.
pub const LAYOUT: &[(&str, usize)] = &[
    ("Vm.frame", offset_of!(Vm<'_>, frame)),
    ("Vm.frames_end", offset_of!(Vm<'_>, frames_end)),
    ("Vm.poll", offset_of!(Vm<'_>, poll)),
    ("Vm.variables", offset_of!(Vm<'_>, variables)),
    ("Vm.functions", offset_of!(Vm<'_>, functions)),
    ("Frame.slots", offset_of!(Frame, slots)),
    ("Frame.function", offset_of!(Frame, function)),
    ("Frame.instruction", offset_of!(Frame, instruction)),
    ("Frame.return_address", offset_of!(Frame, return_address)),
    ("Frame.engine", offset_of!(Frame, engine)),
    ("Frame.size", size_of::<Frame>()),
    ("Function.entry", offset_of!(Function, entry)),
    ("Function.engine", offset_of!(Function, engine)),
    ("Function.instructions", offset_of!(Function, instructions)),
    ("Function.constants", offset_of!(Function, constants)),
    ("Function.parameters", offset_of!(Function, parameters)),
    ("Function.locals", offset_of!(Function, locals)),
    ("Function.stack_base", offset_of!(Function, stack_base)),
    ("Function.size", size_of::<Function>()),
    ("Instruction.opcode", offset_of!(Instruction, opcode)),
    ("Instruction.slot", offset_of!(Instruction, slot)),
    ("Instruction.operand", offset_of!(Instruction, operand)),
    ("Instruction.size", size_of::<Instruction>()),
    ("RangeState.next", offset_of!(RangeState, next)),
    ("RangeState.step", offset_of!(RangeState, step)),
    ("RangeState.remaining", offset_of!(RangeState, remaining)),
];
