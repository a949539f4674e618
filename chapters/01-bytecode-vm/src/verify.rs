//! The verifier: proves of every code object what the VM takes for granted.
//! Every operand is in range, every jump lands on an instruction at the same
//! stack depth from wherever it comes, no instruction takes more than there is,
//! and control never runs off the end. The interpreter's and the compiled
//! code's unchecked memory accesses rest on this. The idea is that of Java's
//! class files and of WebAssembly; chapter 1 of the book, "Trust, but verify".
//!
//! It does not prove what the compiler is trusted with: that jumps and `UNARY_NOT`
//! find a bool, `MAKE_FUNCTION` a code object, `LOAD_FAST` a bound variable, and
//! that `GET_ITER` comes before the `FOR_ITER` of the same slots. In Rust's engines
//! that could only lead to a wrong result or a panic. Stencils look up the function
//! of a function's word without asking whether there is one, so there it is part of
//! what makes them sound that words come from values.

use crate::code::CodeObject;
use crate::opcode::{BinaryOperator, Comparison, Instruction, Opcode, Operand};
use crate::value::{Kind, RangeState};

/// How many entries the pools have that all code objects share.
pub(crate) struct Pools {
    pub(crate) codes: usize,
    pub(crate) names: usize,
    pub(crate) strings: usize,
}

/// Verifies a code object and fills in its `depths` and `stack_size`.
///
/// # Panics
/// When it breaks a rule; the message says which and where.
pub(crate) fn verify(code: &mut CodeObject, pools: &Pools) {
    assert_eq!(
        code.instructions.len(),
        code.lines.len(),
        "{}: every instruction has a line",
        code.name
    );
    assert!(
        code.parameters as usize <= code.locals.len(),
        "{}: parameters are local variables",
        code.name
    );
    for constant in &code.constants {
        check_constant(constant.kind(), code, pools);
    }
    for (index, &instruction) in code.instructions.iter().enumerate() {
        let fits = is_operand_in_range(instruction, code, pools);
        assert!(fits, "{} {index}: operand of {} is out of range", code.name, instruction.opcode);
    }
    code.depths = depths(code);
    let deepest = code.depths.iter().zip(&code.instructions);
    let highest =
        deepest.map(|(depth, instruction)| depth - instruction.pops() + instruction.pushes());
    code.stack_size = highest.chain(code.depths.iter().copied()).max().unwrap_or(0);
}

fn check_constant(constant: Kind, code: &CodeObject, pools: &Pools) {
    let fits = match constant {
        Kind::None | Kind::Bool(_) | Kind::Int(_) => true,
        Kind::Str(id) => (id.0 as usize) < pools.strings,
        Kind::Code(id) => (id.0 as usize) < pools.codes,
        Kind::Null | Kind::Function(_) | Kind::Builtin(_) => false,
    };
    assert!(fits, "{}: {constant:?} cannot be a constant", code.name);
}

fn is_operand_in_range(instruction: Instruction, code: &CodeObject, pools: &Pools) -> bool {
    let operand = instruction.operand as usize;
    let below = |limit: usize| operand < limit;
    let operand_fits = match instruction.opcode.info().operand {
        Operand::Unused => operand == 0,
        Operand::Constant => below(code.constants.len()),
        Operand::Local => below(code.locals.len()),
        Operand::Name => below(pools.names),
        // Two more operands go with the arguments of a call.
        Operand::Count => below(u32::MAX as usize - 2),
        Operand::Depth => operand > 0,
        Operand::Target => below(code.instructions.len()),
        Operand::Binary => BinaryOperator::try_decode(instruction.operand).is_some(),
        Operand::Comparison => below(Comparison::ALL.len()),
        Operand::Invert => operand <= 1,
        Operand::Intrinsic => operand == 5,
    };
    let slot = u32::from(instruction.slot);
    let is_loop = matches!(instruction.opcode, Opcode::GetIter | Opcode::ForIter);
    let slots = code.locals.len() as u32..code.stack_base();
    let slot_fits = match is_loop {
        true => slots.contains(&slot) && slot + RangeState::SLOTS <= slots.end,
        false => slot == 0,
    };
    operand_fits && slot_fits
}

/// Follows control through the code and returns the stack depth before each
/// instruction. There is no code that cannot be reached.
fn depths(code: &CodeObject) -> Vec<u32> {
    let mut depths: Vec<Option<u32>> = vec![None; code.instructions.len()];
    let mut pending = vec![(0, 0)];
    // ANCHOR: depths
    while let Some((index, depth)) = pending.pop() {
        let place = format_args!("{} {index}", code.name);
        let known =
            depths.get_mut(index).unwrap_or_else(|| panic!("{place}: control runs off the end"));
        if let Some(known) = *known {
            assert_eq!(known, depth, "{place}: stack depth depends on the way here");
            continue;
        }
        *known = Some(depth);
        let instruction = code.instructions[index];
        let left = depth.checked_sub(instruction.pops());
        let left = left.unwrap_or_else(|| panic!("{place}: the stack is not deep enough"));
        if let Some((target, pushes)) = instruction.target() {
            let backward = target as usize <= index;
            let only_backward = instruction.opcode == Opcode::JumpBackward;
            assert_eq!(
                backward, only_backward,
                "{place}: only JUMP_BACKWARD goes back, and is polled"
            );
            pending.push((target as usize, left + pushes));
        }
        if !instruction.opcode.ends_block() {
            pending.push((index + 1, left + instruction.pushes()));
        }
    }
    // ANCHOR_END: depths
    let reached = |(index, depth): (usize, Option<u32>)| {
        depth.unwrap_or_else(|| panic!("{} {index}: cannot be reached", code.name))
    };
    depths.into_iter().enumerate().map(reached).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    const POOLS: Pools = Pools { codes: 1, names: 1, strings: 0 };

    fn op(opcode: Opcode, operand: u32) -> Instruction {
        Instruction { opcode, slot: 0, operand }
    }

    fn code(instructions: &[Instruction]) -> CodeObject {
        CodeObject {
            name: "f".into(),
            first_line: 1,
            parameters: 0,
            locals: vec!["x".into()],
            range_slots: 3,
            instructions: instructions.to_vec(),
            lines: vec![1; instructions.len()],
            constants: vec![Value::NONE],
            depths: Vec::new(),
            stack_size: 0,
        }
    }

    #[test]
    fn depths_follow_pops_and_pushes() {
        let mut code = code(&[
            op(Opcode::LoadConst, 0),
            op(Opcode::Copy, 1),
            op(Opcode::PopTop, 0),
            op(Opcode::ReturnValue, 0),
        ]);
        verify(&mut code, &POOLS);
        assert_eq!(code.depths, [0, 1, 2, 1]);
        assert_eq!(code.stack_size, 2);
    }

    fn panics_with(message: &str, instructions: &[Instruction]) {
        let mut code = code(instructions);
        let error = std::panic::catch_unwind(move || verify(&mut code, &POOLS)).unwrap_err();
        let said = error.downcast_ref::<String>().expect("a formatted message");
        assert!(said.contains(message), "{said}");
    }

    #[test]
    fn broken_code_is_refused() {
        let end = op(Opcode::ReturnConst, 0);
        panics_with("not deep enough", &[op(Opcode::PopTop, 0), end]);
        panics_with("not deep enough", &[op(Opcode::LoadConst, 0), op(Opcode::Swap, 2), end]);
        panics_with("runs off the end", &[op(Opcode::PushNull, 0)]);
        panics_with("cannot be reached", &[end, end]);
        panics_with("out of range", &[op(Opcode::LoadConst, 1), end]);
        panics_with("out of range", &[op(Opcode::LoadFast, 1), end]);
        panics_with("out of range", &[op(Opcode::JumpForward, 2), end]);
        panics_with("out of range", &[op(Opcode::GetIter, 0), end]);
        panics_with("only JUMP_BACKWARD", &[op(Opcode::JumpForward, 0), end]);
        let two_depths =
            [op(Opcode::LoadConst, 0), op(Opcode::Copy, 1), op(Opcode::JumpBackward, 1)];
        panics_with("depends on the way", &two_depths);
    }
}
