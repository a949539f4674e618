//! Jumps: `jmp` and the sixteen conditional ones, each in two lengths. Chapter 3 of
//! the book, "Short jumps".

use super::super::{Condition, JumpCode, Reach};

/// The opcodes of branches with a distance of 1 byte, by condition.
#[rustfmt::skip]
const SHORT: [[u8; 1]; 16] = [
    [0x70], [0x71], [0x72], [0x73], [0x74], [0x75], [0x76], [0x77],
    [0x78], [0x79], [0x7a], [0x7b], [0x7c], [0x7d], [0x7e], [0x7f],
];

/// The opcodes of branches with a distance of 4 bytes, by condition.
#[rustfmt::skip]
const LONG: [[u8; 2]; 16] = [
    [0x0f, 0x80], [0x0f, 0x81], [0x0f, 0x82], [0x0f, 0x83],
    [0x0f, 0x84], [0x0f, 0x85], [0x0f, 0x86], [0x0f, 0x87],
    [0x0f, 0x88], [0x0f, 0x89], [0x0f, 0x8a], [0x0f, 0x8b],
    [0x0f, 0x8c], [0x0f, 0x8d], [0x0f, 0x8e], [0x0f, 0x8f],
];

/// Conditions come in pairs of opposites, which differ in the lowest bit: `je` and
/// `jne`, `jl` and `jge`.
pub(super) fn invert(condition: Condition) -> Condition {
    Condition(condition.0 ^ 1)
}

/// A jump. There are conditions from 0 to 15; it panics for others.
pub(super) fn jump(condition: Option<Condition>, reach: Reach) -> JumpCode {
    let number = condition.map(|condition| usize::from(condition.0));
    match (number, reach) {
        (None, Reach::Short) => JumpCode { opcode: &[0xeb], distance: 1 },
        (None, Reach::Long) => JumpCode { opcode: &[0xe9], distance: 4 },
        (Some(number), Reach::Short) => JumpCode { opcode: &SHORT[number], distance: 1 },
        (Some(number), Reach::Long) => JumpCode { opcode: &LONG[number], distance: 4 },
    }
}

#[cfg(test)]
mod tests {
    use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic};

    use super::*;

    /// Branches by condition, as Intel's manual has them in volume 1, appendix B.
    const BRANCHES: [Mnemonic; 16] = [
        Mnemonic::Jo,
        Mnemonic::Jno,
        Mnemonic::Jb,
        Mnemonic::Jae,
        Mnemonic::Je,
        Mnemonic::Jne,
        Mnemonic::Jbe,
        Mnemonic::Ja,
        Mnemonic::Js,
        Mnemonic::Jns,
        Mnemonic::Jp,
        Mnemonic::Jnp,
        Mnemonic::Jl,
        Mnemonic::Jge,
        Mnemonic::Jle,
        Mnemonic::Jg,
    ];

    /// A jump over `distance` bytes, decoded; it begins at 0x1000.
    fn decoded(condition: Option<Condition>, reach: Reach, distance: i8) -> Instruction {
        let JumpCode { opcode, distance: size } = jump(condition, reach);
        let bytes = [opcode, &i32::from(distance).to_le_bytes()[..size]].concat();
        let instruction = Decoder::with_ip(64, &bytes, 0x1000, DecoderOptions::NONE).decode();
        assert_eq!(instruction.len(), bytes.len());
        instruction
    }

    #[test]
    fn each_jump_is_the_instruction_that_it_says_it_is() {
        let always = [(None, Mnemonic::Jmp)];
        let conditions = (0..).map(|number| Some(Condition(number)));
        for (condition, mnemonic) in always.into_iter().chain(conditions.zip(BRANCHES)) {
            for reach in [Reach::Short, Reach::Long] {
                assert_eq!(decoded(condition, reach, 0).mnemonic(), mnemonic);
            }
        }
    }

    #[test]
    fn a_distance_counts_from_the_end_of_the_jump() {
        for condition in [None, Some(Condition(4))] {
            for reach in [Reach::Short, Reach::Long] {
                for distance in [i8::MIN, -1, 0, 1, i8::MAX] {
                    let jump = decoded(condition, reach, distance);
                    let target = jump.next_ip().wrapping_add_signed(distance.into());
                    assert_eq!(jump.near_branch_target(), target);
                }
            }
        }
    }

    #[test]
    fn opposites_are_opposites() {
        use Mnemonic::{Ja, Jae, Jb, Jbe, Je, Jg, Jge, Jl, Jle, Jne};
        let condition = |mnemonic| {
            let (number, _) = (0..).zip(BRANCHES).find(|&(_, one)| one == mnemonic).unwrap();
            Condition(number)
        };
        for (one, other) in [(Je, Jne), (Jb, Jae), (Jbe, Ja), (Jl, Jge), (Jle, Jg)] {
            assert_eq!(invert(condition(one)), condition(other));
            assert_eq!(invert(condition(other)), condition(one));
        }
    }
}
