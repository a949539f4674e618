//! The relocations of the System V ABI for AMD64 that code has, each beside its
//! line in the table "Relocation Types". Chapter 3 of the book, "Every relocation".
//!
//! S is the value of the symbol, A the addend, P the address of the place. All is
//! computed modulo 2^64, as the processor adds; then the value has to be the one
//! that the processor makes of the 4 bytes.

use ch02_stencils::object_file::RelocationType;
use object::elf;

use super::super::{Formula, Overflow};

/// The formula of a type of relocation.
pub(super) fn formula(kind: RelocationType) -> Option<Formula> {
    match kind.0 {
        elf::R_X86_64_64 => Some(Formula::Word),
        elf::R_X86_64_32 => Some(Formula::Unsigned),
        elf::R_X86_64_32S => Some(Formula::Signed),
        elf::R_X86_64_PC32 => Some(Formula::Distance),
        elf::R_X86_64_PLT32 => Some(Formula::Call),
        elf::R_X86_64_GOTPCREL | elf::R_X86_64_GOTPCRELX | elf::R_X86_64_REX_GOTPCRELX => {
            Some(Formula::Slot)
        }
        _ => None,
    }
}

/// Computes a value and writes it to its place.
#[inline]
pub(super) fn apply(
    formula: Formula,
    place: &mut [u8],
    s: u64,
    a: i64,
    p: u64,
) -> Result<(), Overflow> {
    assert_eq!(place.len(), formula.size(), "the place of a {formula:?} has the size of one");
    match formula {
        Formula::Word => place.copy_from_slice(&r_x86_64_64(s, a)),
        Formula::Unsigned => place.copy_from_slice(&r_x86_64_32(s, a)?),
        Formula::Signed => place.copy_from_slice(&r_x86_64_32s(s, a)?),
        Formula::Distance => place.copy_from_slice(&r_x86_64_pc32(s, a, p)?),
        Formula::Call => place.copy_from_slice(&r_x86_64_plt32(s, a, p)?),
        Formula::Slot => place.copy_from_slice(&r_x86_64_gotpcrel(s, a, p)?),
    }
    Ok(())
}

/// R_X86_64_64, number 1: word64, S + A.
#[must_use]
pub fn r_x86_64_64(s: u64, a: i64) -> [u8; 8] {
    s.wrapping_add_signed(a).to_le_bytes()
}

// ANCHOR: values
/// R_X86_64_32, number 10: word32, S + A. The linker "must verify that the generated
/// value […] zero-extends […] to the original 64-bit value".
///
/// # Errors
/// When it does not.
pub fn r_x86_64_32(s: u64, a: i64) -> Result<[u8; 4], Overflow> {
    zero_extended(s.wrapping_add_signed(a))
}

/// R_X86_64_32S, number 11: word32, S + A. As above, but "sign-extends".
///
/// # Errors
/// When it does not.
pub fn r_x86_64_32s(s: u64, a: i64) -> Result<[u8; 4], Overflow> {
    sign_extended(s.wrapping_add_signed(a))
}
// ANCHOR_END: values

// ANCHOR: distances
/// R_X86_64_PC32, number 2: word32, S + A - P.
///
/// # Errors
/// When the distance is not within 2 GiB.
pub fn r_x86_64_pc32(s: u64, a: i64, p: u64) -> Result<[u8; 4], Overflow> {
    sign_extended(s.wrapping_add_signed(a).wrapping_sub(p))
}

/// R_X86_64_PLT32, number 4: word32, L + A - P. L is where the linker lets calls of
/// the symbol go: to the symbol itself, or to code that jumps there.
///
/// # Errors
/// When the distance is not within 2 GiB.
pub fn r_x86_64_plt32(l: u64, a: i64, p: u64) -> Result<[u8; 4], Overflow> {
    sign_extended(l.wrapping_add_signed(a).wrapping_sub(p))
}
// ANCHOR_END: distances

/// R_X86_64_GOTPCREL, number 9: word32, G + GOT + A - P. GOT is the address of a
/// table of addresses, and G the symbol's offset in it; `slot` is their sum.
///
/// # Errors
/// When the distance is not within 2 GiB.
pub fn r_x86_64_gotpcrel(slot: u64, a: i64, p: u64) -> Result<[u8; 4], Overflow> {
    sign_extended(slot.wrapping_add_signed(a).wrapping_sub(p))
}

/// R_X86_64_GOTPCRELX, number 41: word32, G + GOT + A - P. The X says that the
/// instruction is one that can do without the slot.
///
/// # Errors
/// When the distance is not within 2 GiB.
pub fn r_x86_64_gotpcrelx(slot: u64, a: i64, p: u64) -> Result<[u8; 4], Overflow> {
    r_x86_64_gotpcrel(slot, a, p)
}

/// R_X86_64_REX_GOTPCRELX, number 42: word32, G + GOT + A - P. The same for
/// instructions that have a REX prefix.
///
/// # Errors
/// When the distance is not within 2 GiB.
pub fn r_x86_64_rex_gotpcrelx(slot: u64, a: i64, p: u64) -> Result<[u8; 4], Overflow> {
    r_x86_64_gotpcrel(slot, a, p)
}

/// The 4 bytes that the processor makes `value` of when it fills up with zeros.
fn zero_extended(value: u64) -> Result<[u8; 4], Overflow> {
    let overflow = |_| Overflow { value: value.into(), min: 0, max: u32::MAX.into() };
    u32::try_from(value).map(u32::to_le_bytes).map_err(overflow)
}

/// The same when it fills up with the sign.
fn sign_extended(value: u64) -> Result<[u8; 4], Overflow> {
    let value = value.cast_signed();
    let overflow = |_| Overflow { value: value.into(), min: i32::MIN.into(), max: i32::MAX.into() };
    i32::try_from(value).map(i32::to_le_bytes).map_err(overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_named_along_with_what_would() {
        assert_eq!(
            r_x86_64_32(0xffff_ffff, 1).unwrap_err().to_string(),
            "the value 0x100000000 is not from 0x0 to 0xffffffff"
        );
        assert_eq!(
            r_x86_64_32s(0x8000_0000, -1 << 33).unwrap_err().to_string(),
            "the value -0x180000000 is not from -0x80000000 to 0x7fffffff"
        );
    }

    #[test]
    fn distances_go_around_the_end_of_the_address_space() {
        assert_eq!(r_x86_64_pc32(0x10, -4, u64::MAX), Ok(0xd_i32.to_le_bytes()));
        assert_eq!(r_x86_64_plt32(u64::MAX, -4, 0x10), Ok((-0x15_i32).to_le_bytes()));
    }

    #[test]
    fn a_value_without_room_leaves_its_place_as_it_is() {
        let mut place = [1, 2, 3, 4];
        apply(Formula::Distance, &mut place, 1 << 40, -4, 0).unwrap_err();
        assert_eq!(place, [1, 2, 3, 4]);
    }

    #[test]
    #[should_panic = "the place of a Word has the size of one"]
    fn a_place_has_the_size_of_its_formula() {
        let _ = apply(Formula::Word, &mut [0; 4], 0, 0, 0);
    }
}
