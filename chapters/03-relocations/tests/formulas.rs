//! Every kind of hole at the edges of what it can hold. The values are those that
//! the chapter promises: 0, 1, -1, 2^31-1, -2^31, 2^31, 2^63-1 and -2^63. Chapter 3
//! of the book, "Every relocation".

use ch02_stencils::object_file::RelocationType;
use ch03_relocations::arch::x86_64::relocation;
use ch03_relocations::arch::{Arch, Formula, Overflow, X86_64};
use object::elf;

/// The values, as numbers with a sign.
const EDGES: [i64; 8] =
    [0, 1, -1, i32::MAX as i64, i32::MIN as i64, i32::MAX as i64 + 1, i64::MAX, i64::MIN];

/// Addends that compilers write, and edges.
const ADDENDS: [i64; 9] = [0, 1, -1, -4, 8, i32::MIN as i64, i32::MAX as i64, i64::MIN, i64::MAX];

/// Addresses of holes: low, high, and where addresses go around.
const PLACES: [u64; 5] = [0, 0x1000, 0x7fff_ffff_f000, u64::MAX - 3, 1 << 63];

/// The bytes of a value or why there are none.
type Outcome = Result<Vec<u8>, Overflow>;

/// A relocation of the ABI: its type, its formula, and its function for S, A, P.
type Relocation = (u32, Formula, fn(u64, i64, u64) -> Outcome);

const RELOCATIONS: [Relocation; 8] = [
    (elf::R_X86_64_64, Formula::Word, |s, a, _| Ok(relocation::r_x86_64_64(s, a).to_vec())),
    (elf::R_X86_64_32, Formula::Unsigned, |s, a, _| bytes(relocation::r_x86_64_32(s, a))),
    (elf::R_X86_64_32S, Formula::Signed, |s, a, _| bytes(relocation::r_x86_64_32s(s, a))),
    (elf::R_X86_64_PC32, Formula::Distance, |s, a, p| bytes(relocation::r_x86_64_pc32(s, a, p))),
    (elf::R_X86_64_PLT32, Formula::Call, |s, a, p| bytes(relocation::r_x86_64_plt32(s, a, p))),
    (elf::R_X86_64_GOTPCREL, Formula::Slot, |s, a, p| {
        bytes(relocation::r_x86_64_gotpcrel(s, a, p))
    }),
    (elf::R_X86_64_GOTPCRELX, Formula::Slot, |s, a, p| {
        bytes(relocation::r_x86_64_gotpcrelx(s, a, p))
    }),
    (elf::R_X86_64_REX_GOTPCRELX, Formula::Slot, |s, a, p| {
        bytes(relocation::r_x86_64_rex_gotpcrelx(s, a, p))
    }),
];

/// The formulas with a P in them.
const RELATIVE: [Formula; 3] = [Formula::Distance, Formula::Call, Formula::Slot];

fn bytes(value: Result<[u8; 4], Overflow>) -> Outcome {
    value.map(|bytes| bytes.to_vec())
}

/// What a linker writes to a hole.
fn applied(formula: Formula, s: u64, a: i64, p: u64) -> Outcome {
    let mut place = vec![0; formula.size()];
    X86_64::apply(formula, &mut place, s, a, p).map(|()| place)
}

/// The same in other words: numbers that are wide enough for every sum, of which
/// only the one between `min` and `max` that is equal modulo 2^64 will do.
fn expected(formula: Formula, s: u64, a: i64, p: u64) -> Outcome {
    let p = if RELATIVE.contains(&formula) { p } else { 0 };
    let sum = (i128::from(s) + i128::from(a) - i128::from(p)).rem_euclid(1 << 64);
    let signed = if sum < 1 << 63 { sum } else { sum - (1 << 64) };
    let (value, min, max) = match formula {
        Formula::Word => return Ok(sum.to_le_bytes()[..8].to_vec()),
        Formula::Unsigned => (sum, 0, (1 << 32) - 1),
        _ => (signed, -(1 << 31), (1 << 31) - 1),
    };
    let fits = (min..=max).contains(&value);
    fits.then(|| value.to_le_bytes()[..4].to_vec()).ok_or(Overflow { value, min, max })
}

#[test]
fn all_relocations_are_right_at_the_edges_or_a_typed_error() {
    for (kind, formula, compute) in RELOCATIONS {
        for edge in EDGES {
            for a in ADDENDS {
                for p in PLACES {
                    // The value is the edge as a whole, or only its S.
                    for s in [edge.cast_unsigned(), solve(formula, edge, a, p)] {
                        let name = RelocationType(kind);
                        let what = format!("{name}, S = {s:#x}, A = {a:#x}, P = {p:#x}");
                        assert_eq!(compute(s, a, p), expected(formula, s, a, p), "{what}");
                        assert_eq!(compute(s, a, p), applied(formula, s, a, p), "{what}");
                    }
                }
            }
        }
    }
}

/// The S with which a formula has this value.
fn solve(formula: Formula, value: i64, a: i64, p: u64) -> u64 {
    let p = if RELATIVE.contains(&formula) { p } else { 0 };
    value.cast_unsigned().wrapping_sub(a.cast_unsigned()).wrapping_add(p)
}

#[test]
fn a_word_has_room_for_all_edges() {
    for edge in EDGES {
        let s = edge.cast_unsigned();
        assert_eq!(applied(Formula::Word, s, 0, 0), Ok(edge.to_le_bytes().to_vec()));
    }
}

#[test]
fn a_number_without_sign_has_room_for_what_zeros_extend() {
    let value = |edge: i64| applied(Formula::Unsigned, edge.cast_unsigned(), 0, 0);
    let overflow = |value| Err(Overflow { value, min: 0, max: 0xffff_ffff });
    assert_eq!(value(0), Ok(vec![0, 0, 0, 0]));
    assert_eq!(value(1), Ok(vec![1, 0, 0, 0]));
    assert_eq!(value(-1), overflow(0xffff_ffff_ffff_ffff));
    assert_eq!(value(0x7fff_ffff), Ok(vec![0xff, 0xff, 0xff, 0x7f]));
    assert_eq!(value(-0x8000_0000), overflow(0xffff_ffff_8000_0000));
    assert_eq!(value(0x8000_0000), Ok(vec![0, 0, 0, 0x80]));
    assert_eq!(value(0xffff_ffff), Ok(vec![0xff; 4]));
    assert_eq!(value(0x1_0000_0000), overflow(0x1_0000_0000));
    assert_eq!(value(i64::MAX), overflow(0x7fff_ffff_ffff_ffff));
    assert_eq!(value(i64::MIN), overflow(0x8000_0000_0000_0000));
}

#[test]
fn a_number_with_a_sign_has_room_for_what_the_sign_extends() {
    let value = |edge: i64| applied(Formula::Signed, edge.cast_unsigned(), 0, 0);
    let overflow = |value| Err(Overflow { value, min: -0x8000_0000, max: 0x7fff_ffff });
    assert_eq!(value(0), Ok(vec![0, 0, 0, 0]));
    assert_eq!(value(1), Ok(vec![1, 0, 0, 0]));
    assert_eq!(value(-1), Ok(vec![0xff; 4]));
    assert_eq!(value(0x7fff_ffff), Ok(vec![0xff, 0xff, 0xff, 0x7f]));
    assert_eq!(value(-0x8000_0000), Ok(vec![0, 0, 0, 0x80]));
    assert_eq!(value(0x8000_0000), overflow(0x8000_0000));
    assert_eq!(value(-0x8000_0001), overflow(-0x8000_0001));
    assert_eq!(value(i64::MAX), overflow(0x7fff_ffff_ffff_ffff));
    assert_eq!(value(i64::MIN), overflow(-0x8000_0000_0000_0000));
}

#[test]
fn a_distance_is_right_in_range_by_one_and_an_error_out_of_range_by_one() {
    for formula in RELATIVE {
        for p in PLACES {
            for a in ADDENDS {
                let distance = |value| applied(formula, solve(formula, value, a, p), a, p);
                let (min, max) = (-0x8000_0000, 0x7fff_ffff);
                let overflow = |value| Err(Overflow { value, min, max });
                assert_eq!(distance(0x7fff_ffff), Ok(vec![0xff, 0xff, 0xff, 0x7f]));
                assert_eq!(distance(0x8000_0000), overflow(0x8000_0000));
                assert_eq!(distance(-0x8000_0000), Ok(vec![0, 0, 0, 0x80]));
                assert_eq!(distance(-0x8000_0001), overflow(-0x8000_0001));
            }
        }
    }
}

#[test]
fn eight_types_of_relocations_have_formulas_and_all_others_are_refused() {
    for (kind, formula, _) in RELOCATIONS {
        assert_eq!(X86_64::formula(RelocationType(kind)), Some(formula));
    }
    let known: Vec<u32> = RELOCATIONS.iter().map(|&(kind, ..)| kind).collect();
    let mut named = 0;
    for kind in (0..1000).chain([u32::MAX]).filter(|kind| !known.contains(kind)) {
        let kind = RelocationType(kind);
        assert_eq!(X86_64::formula(kind), None, "{kind}");
        named += usize::from(kind.name().is_some());
    }
    assert_eq!(named, 42, "types that the ABI names and that have no formula");
}
