//! Machine code as a [`Listing`]: one line per instruction, a label where a
//! jump lands, and a name for every address. Chapter 0 of the book shows the
//! first one; all later chapters use it.

use std::collections::{BTreeMap, BTreeSet};

use iced_x86::{
    Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter, OpKind, SymbolResolver,
    SymbolResult,
};

use crate::{Line, Listing, Mark};

/// Lists x86-64 machine code that lies (or will lie) at `address`.
///
/// `name_of` gives the name of what lies at an address, if it has one. Jumps
/// inside the code go to labels `L1`, `L2`, …; a reference out of it is printed
/// as the name of its target, or as `outside` where there is none, and never
/// as a raw address. An operand that is marked as an address is printed as the
/// mark's symbol, and a 64-bit immediate that equals a named address as its
/// name. The bytes of `marks` count from the first byte of the code.
#[must_use]
pub fn disassemble(
    code: &[u8],
    address: u64,
    name_of: &dyn Fn(u64) -> Option<String>,
    marks: &[Mark],
) -> Listing {
    let decoder = Decoder::with_ip(64, code, address, DecoderOptions::NONE);
    let decoded: Vec<Instruction> = decoder.into_iter().collect();
    let labels = labels(&decoded, address..address + code.len() as u64);
    let mut names = names(&decoded, &labels, name_of);
    names.extend(marks.iter().filter_map(|mark| marked_address(mark, code)));
    let mut formatter = formatter(names);

    let mut listing = Listing::default();
    for instruction in &decoded {
        let start = (instruction.ip() - address) as usize;
        let end = start + instruction.len();
        let marks = marks_within(marks, start, end);
        let symbols: Vec<&str> = marks.iter().map(|mark| mark.symbol.as_str()).collect();
        let mut line = Line {
            label: labels.get(&instruction.ip()).cloned().unwrap_or_default(),
            bytes: code[start..end].to_vec(),
            note: symbols.join(", "),
            marks,
            ..Line::default()
        };
        formatter.format(instruction, &mut line.text);
        listing.lines.push(line);
    }
    listing
}

/// The address under a mark, as the disassembler reads it, and its name.
fn marked_address(mark: &Mark, code: &[u8]) -> Option<(u64, String)> {
    let bytes = code.get(mark.bytes.clone()).filter(|_| mark.is_address)?;
    let address = match *bytes {
        [a, b, c, d] => i64::from(i32::from_le_bytes([a, b, c, d])) as u64,
        _ => u64::from_le_bytes(bytes.try_into().ok()?),
    };
    Some((address, mark.symbol.clone()))
}

/// The marks that lie in `start..end`, counted from `start`.
fn marks_within(marks: &[Mark], start: usize, end: usize) -> Vec<Mark> {
    let inside = marks.iter().filter(|mark| start <= mark.bytes.start && mark.bytes.end <= end);
    let relative = inside.map(|mark| Mark {
        bytes: mark.bytes.start - start..mark.bytes.end - start,
        ..mark.clone()
    });
    relative.collect()
}

/// Numbers the places inside the code that some branch of it goes to.
fn labels(decoded: &[Instruction], inside: std::ops::Range<u64>) -> BTreeMap<u64, String> {
    let targets: BTreeSet<u64> =
        decoded.iter().filter_map(branch_target).filter(|target| inside.contains(target)).collect();
    let numbered = targets.into_iter().zip(1..);
    numbered.map(|(target, number)| (target, format!("L{number}"))).collect()
}

fn branch_target(instruction: &Instruction) -> Option<u64> {
    let is_branch = instruction.op_count() > 0 && instruction.op0_kind() == OpKind::NearBranch64;
    is_branch.then(|| instruction.near_branch_target())
}

/// What must not be printed as a number: where the instruction branches to, or
/// which memory it names relative to itself.
fn reference(instruction: &Instruction) -> Option<u64> {
    let relative = instruction.is_ip_rel_memory_operand();
    branch_target(instruction).or(relative.then(|| instruction.ip_rel_memory_address()))
}

/// Every address that the code mentions and that has, or needs, a name.
fn names(
    decoded: &[Instruction],
    labels: &BTreeMap<u64, String>,
    name_of: &dyn Fn(u64) -> Option<String>,
) -> BTreeMap<u64, String> {
    let mut names = labels.clone();
    for instruction in decoded {
        if let Some(target) = reference(instruction) {
            let name = || name_of(target).unwrap_or_else(|| "outside".to_owned());
            names.entry(target).or_insert_with(name);
        }
        let immediates = (0..instruction.op_count())
            .filter(|&operand| instruction.op_kind(operand) == OpKind::Immediate64)
            .map(|operand| instruction.immediate(operand));
        for value in immediates {
            if let Some(name) = name_of(value) {
                names.insert(value, name);
            }
        }
    }
    names
}

/// A formatter in Intel's syntax that prints names for addresses.
fn formatter(names: BTreeMap<u64, String>) -> IntelFormatter {
    let mut formatter = IntelFormatter::with_options(Some(Box::new(Names(names))), None);
    let options = formatter.options_mut();
    options.set_space_after_operand_separator(true);
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_uppercase_hex(false);
    options.set_branch_leading_zeros(false);
    options.set_rip_relative_addresses(true);
    formatter
}

struct Names(BTreeMap<u64, String>);

impl SymbolResolver for Names {
    fn symbol(
        &mut self,
        _instruction: &Instruction,
        _operand: u32,
        _instruction_operand: Option<u32>,
        address: u64,
        _address_size: u32,
    ) -> Option<SymbolResult<'_>> {
        self.0.get(&address).map(|name| SymbolResult::with_str(address, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(code: &[u8], name_of: &dyn Fn(u64) -> Option<String>) -> Vec<String> {
        let listing = disassemble(code, 0x1000, name_of, &[]);
        listing.lines.into_iter().map(|line| line.label + &line.text).collect()
    }

    // ANCHOR: names
    #[test]
    fn a_jump_inside_the_code_goes_to_a_label() {
        let code = [0xff, 0xc8, 0x75, 0xfc, 0xc3]; // dec eax; jnz -4; ret
        assert_eq!(texts(&code, &|_| None), ["L1dec eax", "jne short L1", "ret"]);
    }

    #[test]
    fn a_call_out_of_the_code_is_named_or_outside() {
        let code = [0xe8, 0xfb, 0x0f, 0, 0]; // call 0x2000
        let named = |address| (address == 0x2000).then(|| "rt_binary_op".to_owned());
        assert_eq!(texts(&code, &named), ["call rt_binary_op"]);
        assert_eq!(texts(&code, &|_| None), ["call outside"]);
    }
    // ANCHOR_END: names

    #[test]
    fn a_64_bit_immediate_that_is_a_named_address_is_printed_as_its_name() {
        let code = [0x48, 0xb8, 0, 0x20, 0, 0, 0, 0, 0, 0]; // movabs rax, 0x2000
        let named = |address| (address == 0x2000).then(|| "rt_print".to_owned());
        assert_eq!(texts(&code, &named), ["mov rax, rt_print"]);
        assert_eq!(texts(&code, &|_| None), ["mov rax, 0x2000"]);
    }

    #[test]
    fn a_mark_follows_its_bytes_into_the_line() {
        let mark = |bytes| Mark { bytes, symbol: "answer".into(), is_address: false };
        let code = [0x90, 0xb8, 42, 0, 0, 0]; // nop; mov eax, 42
        let listing = disassemble(&code, 0, &|_| None, &[mark(2..6)]);
        assert!(listing.lines[0].marks.is_empty());
        assert_eq!(listing.lines[1].marks, [mark(1..5)]);
        assert_eq!(listing.lines[1].note, "answer");
    }

    #[test]
    fn a_marked_address_is_printed_as_its_symbol_only() {
        let movabs = [0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8]; // movabs rax, 0x807060504030201
        let mov = [0x48, 0xc7, 0xc0, 1, 2, 3, 0xff]; // mov rax, -0xfcfdff, sign-extended
        for (code, bytes) in [(&movabs[..], 2..10), (&mov[..], 3..7)] {
            let mark = Mark { bytes, symbol: "rt_print".into(), is_address: true };
            let line = disassemble(code, 0, &|_| None, &[mark]).lines.remove(0);
            assert_eq!(line.text, "mov rax, rt_print");
            let text = Listing { title: String::new(), lines: vec![line] }.to_string();
            assert!(!text.contains("01"), "{text}");
        }
    }
}
