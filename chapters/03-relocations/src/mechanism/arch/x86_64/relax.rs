//! Relaxation: instructions that get an address from a slot become ones that have
//! the address itself. The ABI's section "Optimize GOTPCRELX Relocations".
//! Chapter 3 of the book, "Every relocation".

use ch02_stencils::object_file::RelocationType;
use object::elf;

use super::super::{Formula, Relaxed};

/// The addend of a hole at the end of its instruction: the processor counts from
/// the end, the formula from the hole. With any other one, the instruction does not
/// read what is in the symbol's slot, but bytes beside it.
const TO_THE_SLOT: i64 = -4;

/// Does without the slot, where that takes no more bytes.
///
/// `test` and arithmetic with a slot are left as they are: without it, they would
/// have the address as 32 bits of a number, and code may lie higher than that.
pub(super) fn relax(
    kind: RelocationType,
    code: &mut [u8],
    hole: usize,
    addend: i64,
) -> Option<Relaxed> {
    let has_rex = match kind.0 {
        elf::R_X86_64_GOTPCRELX => false,
        elf::R_X86_64_REX_GOTPCRELX => true,
        _ => return None,
    };
    let instruction: &mut [u8; 6] = code.get_mut(hole.checked_sub(2)?..)?.first_chunk_mut()?;
    match *instruction {
        _ if addend != TO_THE_SLOT => None,
        // mov reg, [rip+slot] becomes lea reg, [rip+symbol].
        [0x8b, operands, ..] if is_rip_relative(operands) => {
            instruction[0] = 0x8d;
            Some(Relaxed { formula: Formula::Distance, hole })
        }
        // call [rip+slot] becomes call symbol, with a prefix that does nothing.
        [0xff, 0x15, ..] if !has_rex => {
            instruction[..2].copy_from_slice(&[0x67, 0xe8]);
            Some(Relaxed { formula: Formula::Call, hole })
        }
        // jmp [rip+slot] becomes jmp symbol and a nop.
        [0xff, 0x25, ..] if !has_rex => {
            *instruction = [0xe9, 0, 0, 0, 0, 0x90];
            Some(Relaxed { formula: Formula::Call, hole: hole - 1 })
        }
        _ => None,
    }
}

/// Whether a ModRM byte says: any register, and memory at a distance from the end
/// of the instruction.
fn is_rip_relative(operands: u8) -> bool {
    operands & 0b11_000_111 == 0b00_000_101
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of an instruction that ends with its hole.
    fn relaxed(kind: u32, code: &[u8]) -> Option<(Vec<u8>, Relaxed)> {
        let mut code = code.to_vec();
        let before = code.clone();
        let hole = code.len() - 4;
        let relaxed = relax(RelocationType(kind), &mut code, hole, -4);
        if relaxed.is_none() {
            assert_eq!(code, before);
        }
        relaxed.map(|relaxed| (code, relaxed))
    }

    #[test]
    fn a_load_of_an_address_computes_it() {
        let distance =
            |code: &[u8], hole| Some((code.to_vec(), Relaxed { formula: Formula::Distance, hole }));
        assert_eq!(
            // mov rax, [rip]
            relaxed(elf::R_X86_64_REX_GOTPCRELX, &[0x48, 0x8b, 0x05, 0, 0, 0, 0]),
            distance(&[0x48, 0x8d, 0x05, 0, 0, 0, 0], 3)
        );
        assert_eq!(
            // mov r15, [rip]
            relaxed(elf::R_X86_64_REX_GOTPCRELX, &[0x4c, 0x8b, 0x3d, 0, 0, 0, 0]),
            distance(&[0x4c, 0x8d, 0x3d, 0, 0, 0, 0], 3)
        );
        assert_eq!(
            // mov ecx, [rip]
            relaxed(elf::R_X86_64_GOTPCRELX, &[0x8b, 0x0d, 0, 0, 0, 0]),
            distance(&[0x8d, 0x0d, 0, 0, 0, 0], 2)
        );
    }

    #[test]
    fn a_call_through_a_slot_becomes_a_direct_one_of_the_same_length() {
        assert_eq!(
            relaxed(elf::R_X86_64_GOTPCRELX, &[0xff, 0x15, 0, 0, 0, 0]),
            Some((vec![0x67, 0xe8, 0, 0, 0, 0], Relaxed { formula: Formula::Call, hole: 2 }))
        );
    }

    #[test]
    fn a_jump_through_a_slot_becomes_a_direct_one_and_its_hole_moves() {
        assert_eq!(
            relaxed(elf::R_X86_64_GOTPCRELX, &[0xff, 0x25, 0, 0, 0, 0]),
            Some((vec![0xe9, 0, 0, 0, 0, 0x90], Relaxed { formula: Formula::Call, hole: 1 }))
        );
    }

    #[test]
    fn what_may_not_be_relaxed_is_left_alone() {
        let load = [0x48, 0x8b, 0x05, 0, 0, 0, 0];
        assert_eq!(relaxed(elf::R_X86_64_GOTPCREL, &load), None);
        assert_eq!(relaxed(elf::R_X86_64_PC32, &load), None);
        // cmp rax, [rip]
        assert_eq!(relaxed(elf::R_X86_64_REX_GOTPCRELX, &[0x48, 0x3b, 5, 0, 0, 0, 0]), None);
        // test [rip], eax
        assert_eq!(relaxed(elf::R_X86_64_GOTPCRELX, &[0x85, 0x05, 0, 0, 0, 0]), None);
        // mov eax, [rbx+0]
        assert_eq!(relaxed(elf::R_X86_64_GOTPCRELX, &[0x8b, 0x83, 0, 0, 0, 0]), None);
        // push [rip]
        assert_eq!(relaxed(elf::R_X86_64_GOTPCRELX, &[0xff, 0x35, 0, 0, 0, 0]), None);
    }

    #[test]
    fn only_the_symbols_own_slot_is_done_without() {
        let kind = RelocationType(elf::R_X86_64_REX_GOTPCRELX);
        let mut code = [0x48, 0x8b, 0x05, 0, 0, 0, 0];
        assert_eq!(relax(kind, &mut code, 3, 4), None);
        assert_eq!(code[1], 0x8b);
    }

    #[test]
    fn a_hole_without_an_instruction_around_it_is_left_alone() {
        let kind = RelocationType(elf::R_X86_64_GOTPCRELX);
        for hole in [0, 1, 3, 6, 7, usize::MAX] {
            assert_eq!(relax(kind, &mut [0xff; 6], hole, -4), None);
        }
    }
}
