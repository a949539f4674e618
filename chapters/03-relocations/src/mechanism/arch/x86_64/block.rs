//! Taking apart the code of a block: what its instructions are, whether its holes
//! are operands, and which jumps it ends with. Chapter 3 of the book, "A block is a
//! section".

use std::collections::HashSet;
use std::ops::Range;

use iced_x86::{ConstantOffsets, Decoder, DecoderOptions, Instruction, Mnemonic, OpKind};

use super::super::{Condition, ParseError, Parsed, ParsedEnd};

/// Reads the instructions of a block from the first to the last.
pub(super) fn parse(code: &[u8], holes: &[Range<usize>]) -> Result<Parsed, ParseError> {
    let instructions = decode(code)?;
    check_holes(&instructions, holes)?;
    let holes = holes.iter().cloned().collect();
    let targets = targets(&instructions, &holes)?;
    let leaves = instructions.iter().any(Decoded::leaves);
    let block = Block { code, instructions, holes, targets };
    Ok(Parsed { end: block.end(), leaves })
}

/// The code of a block, taken apart.
struct Block<'a> {
    code: &'a [u8],
    instructions: Vec<Decoded>,
    holes: HashSet<Range<usize>>,
    /// The instructions that others of the block refer to, by where they begin.
    targets: HashSet<usize>,
}

/// An instruction, and where it is in the code.
struct Decoded {
    instruction: Instruction,
    constants: ConstantOffsets,
    start: usize,
}

fn decode(code: &[u8]) -> Result<Vec<Decoded>, ParseError> {
    let mut decoder = Decoder::with_ip(64, code, 0, DecoderOptions::NONE);
    let mut instructions = Vec::new();
    while decoder.can_decode() {
        let start = decoder.position();
        let instruction = decoder.decode();
        if instruction.is_invalid() {
            return Err(ParseError::NoInstruction { offset: start });
        }
        let constants = decoder.get_constant_offsets(&instruction);
        instructions.push(Decoded { instruction, constants, start });
    }
    Ok(instructions)
}

/// A hole that is not an operand was meant for other code than this, and a value in
/// it would make other instructions.
fn check_holes(instructions: &[Decoded], holes: &[Range<usize>]) -> Result<(), ParseError> {
    let operands: HashSet<Range<usize>> = instructions.iter().flat_map(Decoded::operands).collect();
    match holes.iter().find(|hole| !operands.contains(hole)) {
        Some(hole) => Err(ParseError::NoOperand { offset: hole.start }),
        None => Ok(()),
    }
}

/// The instructions of the block that others refer to without a hole: by distance.
/// That works as long as both are moved together.
fn targets(
    instructions: &[Decoded],
    holes: &HashSet<Range<usize>>,
) -> Result<HashSet<usize>, ParseError> {
    let starts: HashSet<usize> = instructions.iter().map(|one| one.start).collect();
    let mut targets = HashSet::new();
    for one in instructions.iter().filter(|one| !one.has_distance_in(holes)) {
        let Some(target) = one.reference() else { continue };
        let target = usize::try_from(target).ok().filter(|target| starts.contains(target));
        targets.insert(target.ok_or(ParseError::Outside { offset: one.start })?);
    }
    Ok(targets)
}

impl Block<'_> {
    /// The jumps at the end, if nothing refers to the inner ones of them: they are
    /// going to be replaced by others, or by none.
    fn end(&self) -> ParsedEnd {
        let padding = self.instructions.iter().rev().take_while(|one| self.is_padding(one));
        let used = self.instructions.len() - padding.count();
        let Some((last, before)) = self.instructions[..used].split_last() else {
            return ParsedEnd::FallThrough;
        };
        if !last.ends_block() {
            return ParsedEnd::FallThrough;
        }
        let Some(jump) = self.open_distance(last) else {
            return ParsedEnd::Stop;
        };
        let branch = before.last().filter(|_| !self.targets.contains(&last.start));
        match branch.and_then(|branch| Some((branch.start, self.branch(branch)?))) {
            None => ParsedEnd::Jump { start: last.start, hole: jump.start },
            Some((start, (condition, taken))) => {
                ParsedEnd::Branch { start, condition, taken, otherwise: jump.start }
            }
        }
    }

    /// The condition of a branch with a hole, and where the hole begins: behind the
    /// opcode 0f 80 + condition.
    fn branch(&self, one: &Decoded) -> Option<(Condition, usize)> {
        let taken = self.open_distance(one)?.start;
        match self.code[..taken] {
            [.., 0x0f, opcode @ 0x80..=0x8f] => Some((Condition(opcode & 0x0f), taken)),
            _ => None,
        }
    }

    /// The hole that is the distance of a relative jump.
    fn open_distance(&self, one: &Decoded) -> Option<Range<usize>> {
        let is_open = one.is_relative_jump() && one.has_distance_in(&self.holes);
        is_open.then(|| one.immediate())
    }

    /// Whether it is there only to fill up the block.
    fn is_padding(&self, one: &Decoded) -> bool {
        one.instruction.mnemonic() == Mnemonic::Nop
            && !self.targets.contains(&one.start)
            && !one.operands().any(|operand| self.holes.contains(&operand))
    }
}

impl Decoded {
    /// The bytes of all operands that are written out in the code.
    fn operands(&self) -> impl Iterator<Item = Range<usize>> {
        let second = self.start + self.constants.immediate_offset2();
        let second = second..second + self.constants.immediate_size2();
        let operands = [self.displacement(), self.immediate(), second];
        operands.into_iter().filter(|operand| !operand.is_empty())
    }

    /// The bytes of the number that is added to an address.
    fn displacement(&self) -> Range<usize> {
        let start = self.start + self.constants.displacement_offset();
        start..start + self.constants.displacement_size()
    }

    /// The bytes of a number, or of the distance of a jump.
    fn immediate(&self) -> Range<usize> {
        let start = self.start + self.constants.immediate_offset();
        start..start + self.constants.immediate_size()
    }

    /// Which place in the code or out of it this names by a distance.
    fn reference(&self) -> Option<u64> {
        let instruction = &self.instruction;
        if self.is_relative_jump() {
            return Some(instruction.near_branch_target());
        }
        instruction.is_ip_rel_memory_operand().then(|| instruction.ip_rel_memory_address())
    }

    /// Whether the distance, if it has one, is yet to be filled in.
    fn has_distance_in(&self, holes: &HashSet<Range<usize>>) -> bool {
        let distance = if self.is_relative_jump() { self.immediate() } else { self.displacement() };
        holes.contains(&distance)
    }

    /// Whether it is a jump or call to a place at some distance.
    fn is_relative_jump(&self) -> bool {
        let instruction = &self.instruction;
        instruction.op_count() > 0 && instruction.op0_kind() == OpKind::NearBranch64
    }

    /// Whether it goes to code that is not the linker's: by a call or a return.
    fn leaves(&self) -> bool {
        matches!(self.instruction.mnemonic(), Mnemonic::Call | Mnemonic::Ret)
    }

    /// Whether what follows it is never executed because of it.
    fn ends_block(&self) -> bool {
        matches!(
            self.instruction.mnemonic(),
            Mnemonic::Jmp
                | Mnemonic::Ret
                | Mnemonic::Ud1
                | Mnemonic::Ud2
                | Mnemonic::Int3
                | Mnemonic::Hlt
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOP: ParsedEnd = ParsedEnd::Stop;
    const FALL_THROUGH: ParsedEnd = ParsedEnd::FallThrough;

    /// Takes code apart that has holes of 4 bytes at these places.
    fn parsed(code: &[u8], holes: &[usize]) -> Result<Parsed, ParseError> {
        parsed_with(4, code, holes)
    }

    /// The same with holes of another size.
    fn parsed_with(size: usize, code: &[u8], holes: &[usize]) -> Result<Parsed, ParseError> {
        let holes: Vec<Range<usize>> = holes.iter().map(|&start| start..start + size).collect();
        parse(code, &holes)
    }

    fn end(code: &[u8], holes: &[usize]) -> ParsedEnd {
        parsed(code, holes).expect("the code is good").end
    }

    #[test]
    fn a_jump_at_the_end_can_be_moved_if_it_has_a_hole() {
        let jump = |start, hole| ParsedEnd::Jump { start, hole };
        // add r14, -8; jmp hole
        assert_eq!(end(&[0x49, 0x83, 0xc6, 0xf8, 0xe9, 0, 0, 0, 0], &[5]), jump(4, 5));
        // jmp hole
        assert_eq!(end(&[0xe9, 0, 0, 0, 0], &[1]), jump(0, 1));
        // push rax; jmp hole; nop
        assert_eq!(end(&[0x50, 0xe9, 0, 0, 0, 0, 0x90], &[2]), jump(1, 2));
        // jmp hole; nop dword [rax]; nop
        assert_eq!(end(&[0xe9, 0, 0, 0, 0, 0x0f, 0x1f, 0, 0x90], &[1]), jump(0, 1));
    }

    #[test]
    fn a_branch_directly_before_the_jump_is_part_of_the_end() {
        // test eax, eax; je hole; jmp hole
        let code = [0x85, 0xc0, 0x0f, 0x84, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0];
        let condition = Condition(4);
        let branch = ParsedEnd::Branch { start: 2, condition, taken: 4, otherwise: 9 };
        assert_eq!(end(&code, &[4, 9]), branch);
        assert_eq!(end(&[&code[..], &[0x90]].concat(), &[4, 9]), branch);
        // je hole; push rax; jmp hole
        let code = [0x0f, 0x84, 0, 0, 0, 0, 0x50, 0xe9, 0, 0, 0, 0];
        assert_eq!(end(&code, &[2, 8]), ParsedEnd::Jump { start: 7, hole: 8 });
        // call hole; jmp hole
        let code = [0xe8, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0];
        assert_eq!(end(&code, &[1, 6]), ParsedEnd::Jump { start: 5, hole: 6 });
    }

    #[test]
    fn all_conditions_are_told_apart() {
        for number in 0..16 {
            let code = [0x0f, 0x80 + number, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0];
            let condition = Condition(number);
            let branch = ParsedEnd::Branch { start: 0, condition, taken: 2, otherwise: 7 };
            assert_eq!(end(&code, &[2, 7]), branch);
        }
    }

    #[test]
    fn of_two_branches_the_last_is_the_ends() {
        // jne hole; jp hole; jmp hole
        let code = [0x0f, 0x85, 0, 0, 0, 0, 0x0f, 0x8a, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0];
        let condition = Condition(10);
        let branch = ParsedEnd::Branch { start: 6, condition, taken: 8, otherwise: 13 };
        assert_eq!(end(&code, &[2, 8, 13]), branch);
    }

    #[test]
    fn what_leaves_for_good_without_a_hole_to_move_stops() {
        assert_eq!(end(&[0xc3], &[]), STOP); // ret
        assert_eq!(end(&[0xc3, 0x90, 0x90], &[]), STOP); // ret; nop; nop
        assert_eq!(end(&[0xff, 0xe0], &[]), STOP); // jmp rax
        assert_eq!(end(&[0x41, 0xff, 0x24, 0xc7], &[]), STOP); // jmp [r15+rax*8]
        assert_eq!(end(&[0xff, 0x25, 0, 0, 0, 0], &[2]), STOP); // jmp [rip+hole]
        assert_eq!(end(&[0x0f, 0x0b], &[]), STOP); // ud2
        assert_eq!(end(&[0x67, 0x0f, 0xb9, 0x40, 0x02], &[]), STOP); // ud1 eax, [eax+2]
        assert_eq!(end(&[0xcc], &[]), STOP); // int3
        assert_eq!(end(&[0xf4], &[]), STOP); // hlt
        assert_eq!(end(&[0xeb, 0xfe], &[]), STOP); // jmp to itself
        assert_eq!(end(&[0x50, 0xe9, 0xfa, 0xff, 0xff, 0xff], &[]), STOP); // push rax; jmp there
    }

    #[test]
    fn what_does_not_leave_for_good_falls_through() {
        assert_eq!(end(&[], &[]), FALL_THROUGH);
        assert_eq!(end(&[0x90], &[]), FALL_THROUGH); // nop
        assert_eq!(end(&[0x50], &[]), FALL_THROUGH); // push rax
        assert_eq!(end(&[0xe8, 0, 0, 0, 0], &[1]), FALL_THROUGH); // call hole
        assert_eq!(end(&[0x0f, 0x84, 0, 0, 0, 0], &[2]), FALL_THROUGH); // je hole
        // jmp hole; push rax
        assert_eq!(end(&[0xe9, 0, 0, 0, 0, 0x50], &[1]), FALL_THROUGH);
    }

    #[test]
    fn calls_and_returns_leave_the_code() {
        let leaves = |code: &[u8], holes: &[usize]| parsed(code, holes).unwrap().leaves;
        assert!(leaves(&[0xe8, 0, 0, 0, 0, 0xf4], &[1])); // call hole; hlt
        assert!(leaves(&[0x67, 0xe8, 0, 0, 0, 0], &[2])); // addr32 call hole
        assert!(leaves(&[0xff, 0xd0, 0xf4], &[])); // call rax; hlt
        assert!(leaves(&[0xff, 0x15, 0, 0, 0, 0], &[2])); // call [rip+hole]
        assert!(leaves(&[0xc3], &[])); // ret
        assert!(!leaves(&[0xff, 0xe0], &[])); // jmp rax
        assert!(!leaves(&[0xe9, 0, 0, 0, 0], &[1])); // jmp hole
        assert!(!leaves(&[0x50, 0x0f, 0x0b], &[])); // push rax; ud2
    }

    #[test]
    fn a_jump_that_others_skip_to_stays_apart_from_the_branch_before_it() {
        // jp to the jmp; je hole; jmp hole
        let code = [0x7a, 0x06, 0x0f, 0x84, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0];
        assert_eq!(end(&code, &[4, 9]), ParsedEnd::Jump { start: 8, hole: 9 });
        // jp to the nop; jmp hole; nop
        let code = [0x7a, 0x05, 0xe9, 0, 0, 0, 0, 0x90];
        assert_eq!(end(&code, &[3]), FALL_THROUGH);
    }

    #[test]
    fn jumps_inside_of_the_block_are_no_ends() {
        // jp to the ret; push rax; ret
        assert_eq!(end(&[0x7a, 0x01, 0x50, 0xc3], &[]), STOP);
        // jp back; jmp hole
        let code = [0x50, 0x7a, 0xfd, 0xe9, 0, 0, 0, 0];
        assert_eq!(end(&code, &[4]), ParsedEnd::Jump { start: 3, hole: 4 });
    }

    #[test]
    fn an_instruction_without_a_hole_refers_to_no_place_outside() {
        let outside = |offset| Err(ParseError::Outside { offset });
        assert_eq!(parsed(&[0x50, 0xeb, 0xfc], &[]), outside(1)); // jmp to before the push
        assert_eq!(parsed(&[0xe9, 0, 0, 0, 0], &[]), outside(0)); // jmp to the end
        assert_eq!(parsed(&[0x74, 0x05, 0xc3], &[]), outside(0)); // je to behind the end
        // call into the middle of this call
        assert_eq!(parsed(&[0x50, 0xe8, 0xfc, 0xff, 0xff, 0xff], &[]), outside(1));
        assert_eq!(parsed(&[0x8b, 0x05, 0, 0, 0, 0], &[]), outside(0)); // mov eax, [rip+0]
        // lea rax, [rip-7]; ret
        assert_eq!(end(&[0x48, 0x8d, 0x05, 0xf9, 0xff, 0xff, 0xff, 0xc3], &[]), STOP);
    }

    #[test]
    fn bytes_have_to_be_instructions() {
        let none = |offset| Err(ParseError::NoInstruction { offset });
        assert_eq!(parsed(&[0x50, 0x06], &[]), none(1));
        // A jmp without its last byte.
        assert_eq!(parsed(&[0x50, 0x50, 0xe9, 0, 0, 0], &[]), none(2));
    }

    #[test]
    fn a_hole_is_exactly_an_operand() {
        // mov dword [rbx+1st], 2nd; ret
        let store = [0xc7, 0x83, 0, 0, 0, 0, 0, 0, 0, 0, 0xc3];
        assert_eq!(end(&store, &[2, 6]), STOP);
        assert_eq!(parsed(&store, &[1]), Err(ParseError::NoOperand { offset: 1 }));
        assert_eq!(parsed(&store, &[2, 7]), Err(ParseError::NoOperand { offset: 7 }));
        assert_eq!(parsed(&store, &[11]), Err(ParseError::NoOperand { offset: 11 }));
        assert_eq!(parsed_with(8, &store, &[2]), Err(ParseError::NoOperand { offset: 2 }));
        // mov rax, hole; ret
        let load = [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xc3];
        assert_eq!(parsed_with(8, &load, &[2]).map(|parsed| parsed.end), Ok(STOP));
        assert_eq!(parsed(&load, &[2]), Err(ParseError::NoOperand { offset: 2 }));
    }
}
