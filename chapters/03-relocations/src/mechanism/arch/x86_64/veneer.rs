//! Veneers: calls and jumps of 4 bytes get 2 GiB far; what lies farther away is
//! reached through code that is near. Chapter 3 of the book, "Out of reach".

/// `jmp [rip+0]`: to the address in the 8 bytes behind the instruction. The obvious
/// `mov rax, target; jmp rax` is shorter by 2 bytes, but a veneer lies between a
/// call and its callee, where any register may be in use.
const JUMP: [u8; 6] = [0xff, 0x25, 0, 0, 0, 0];

/// How many bytes a veneer has.
pub(super) const SIZE: usize = JUMP.len() + size_of::<u64>();

/// Writes a veneer.
pub(super) fn write(place: &mut [u8], target: u64) {
    assert_eq!(place.len(), SIZE, "a veneer has the size of one");
    let (jump, address) = place.split_at_mut(JUMP.len());
    jump.copy_from_slice(&JUMP);
    address.copy_from_slice(&target.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use iced_x86::{Decoder, DecoderOptions, Mnemonic, Register};

    use super::*;

    #[test]
    fn a_veneer_jumps_to_the_address_behind_it_and_needs_no_register() {
        let mut veneer = [0xcc; SIZE];
        write(&mut veneer, 0x1122_3344_5566_7788);
        let instruction = Decoder::new(64, &veneer, DecoderOptions::NONE).decode();
        assert_eq!(instruction.mnemonic(), Mnemonic::Jmp);
        assert_eq!(instruction.memory_base(), Register::RIP);
        let address = instruction.ip_rel_memory_address() as usize;
        assert_eq!(address, instruction.len());
        assert_eq!(veneer[address..], 0x1122_3344_5566_7788_u64.to_le_bytes());
    }

    #[test]
    #[should_panic = "a veneer has the size of one"]
    fn a_veneer_does_not_go_where_there_is_no_room() {
        write(&mut [0; SIZE - 1], 0);
    }
}
