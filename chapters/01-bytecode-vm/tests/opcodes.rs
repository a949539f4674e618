//! The opcode table against CPython 3.13's own account of its opcodes.

use ch01_bytecode_vm::{Instruction, Opcode};

/// Name and stack effects, as the file's head describes them.
const CPYTHON: &str = include_str!("cpython_3_13_opcodes.txt");

/// Opcodes whose effect differs, for the reasons given at [`Opcode`].
const DIFFERENT: [Opcode; 3] = [
    // It never pushes the NULL of a call; CPython's does if the operand is odd.
    Opcode::LoadGlobal,
    // The arguments of `range` go into frame slots, not an iterator onto the stack.
    Opcode::GetIter,
    // At its end nothing is pushed that END_FOR would have to remove.
    Opcode::ForIter,
];

/// What CPython says of an opcode.
fn recorded(name: &str) -> Option<Vec<i64>> {
    let rows = CPYTHON.lines().filter(|line| !line.starts_with('#'));
    let mut fields =
        rows.map(str::split_whitespace).find(|row| row.clone().next() == Some(name))?;
    fields.next();
    Some(fields.map(|effect| effect.parse().expect("a number")).collect())
}

/// What our table says, in the same order.
fn effects(opcode: Opcode) -> Vec<i64> {
    let effects = |operand| {
        let instruction = Instruction { opcode, slot: 0, operand };
        let pops = i64::from(instruction.pops());
        let going_on = i64::from(instruction.pushes()) - pops;
        let jumping = instruction.target().map_or(going_on, |(_, pushes)| i64::from(pushes) - pops);
        [going_on, jumping]
    };
    [effects(1), effects(2)].concat()
}

#[test]
fn every_opcode_is_one_of_cpythons_with_the_same_stack_effect() {
    for &opcode in Opcode::ALL {
        let recorded = recorded(opcode.info().name);
        let recorded = recorded.unwrap_or_else(|| panic!("CPython 3.13 has no {opcode}"));
        let is_same = effects(opcode) == recorded;
        assert_eq!(is_same, !DIFFERENT.contains(&opcode), "{opcode}: {recorded:?} in CPython");
    }
}
