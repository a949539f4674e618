//! Machine code as a [`Listing`]: one line per instruction, a label where a
//! jump lands, and a name for every address. Chapter 0 of the book shows the
//! first one; all later chapters use it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use iced_x86::{
    ConstantOffsets, Decoder, DecoderOptions, Formatter, FormatterOperandOptions,
    FormatterOptionsProvider, Instruction, IntelFormatter, NumberFormattingOptions, OpKind,
    SymbolResolver, SymbolResult,
};

use crate::{Line, Listing, Mark};

/// Lists x86-64 machine code that lies (or will lie) at `address`.
///
/// `name_of` gives the name of what lies at an address, if it has one. Jumps
/// inside the code go to labels `L1`, `L2`, …; a reference out of it is printed
/// as the name of its target, or as `outside` where there is none, and never
/// as a raw address. An operand that is marked as an address is printed as the
/// mark's symbol, one that is marked as something else as its value, with the
/// symbol as a note. Any other 64-bit immediate that equals a named address is
/// printed as its name. The bytes of `marks` count from the first byte of the code.
#[must_use]
pub fn disassemble(
    code: &[u8],
    address: u64,
    name_of: &dyn Fn(u64) -> Option<String>,
    marks: &[Mark],
) -> Listing {
    let is_symbol = |mark: &Mark| mark.is_address;
    Piece { code, address, name_of, marks, is_symbol, labels: "L" }.listing()
}

/// Whether somebody has filled in the holes of a stencil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holes {
    /// Not yet: what their bytes hold means nothing.
    Open,
    /// They hold their values.
    Filled,
}

/// Lists a stencil of x86-64 machine code, which may be copied to any place;
/// `marks` are its holes.
///
/// Its labels are `.L1`, `.L2`, …: as in an assembler, a dot makes a label local
/// to what it stands below. All operands in [open](Holes::Open) holes are printed
/// as symbols; [filled](Holes::Filled) ones as [`disassemble`] prints them.
#[must_use]
pub fn disassemble_stencil(code: &[u8], marks: &[Mark], holes: Holes) -> Listing {
    let is_symbol = match holes {
        Holes::Open => |_: &Mark| true,
        Holes::Filled => |mark: &Mark| mark.is_address,
    };
    Piece { code, address: 0, name_of: &|_| None, marks, is_symbol, labels: ".L" }.listing()
}

/// Code to be listed, and how.
struct Piece<'a> {
    code: &'a [u8],
    address: u64,
    name_of: &'a dyn Fn(u64) -> Option<String>,
    marks: &'a [Mark],
    /// Whether what is under a mark is printed as the mark's symbol.
    is_symbol: fn(&Mark) -> bool,
    /// What the names of labels begin with.
    labels: &'static str,
}

/// An instruction, and where it is in the code.
struct Decoded {
    instruction: Instruction,
    bytes: Range<usize>,
    constants: ConstantOffsets,
}

/// An operand of some instruction: the instruction's address, and which one.
type Operand = (u64, u32);

impl Piece<'_> {
    fn listing(&self) -> Listing {
        let decoded = decode(self.code, self.address);
        let labels = self.labels(&decoded);
        let mut formatter = formatter(self.names(&decoded, &labels));
        let mut listing = Listing::default();
        for one in &decoded {
            let label = labels.get(&one.instruction.ip()).cloned().unwrap_or_default();
            let mut line = Line { label, ..self.line(one) };
            formatter.format(&one.instruction, &mut line.text);
            listing.lines.push(line);
        }
        listing
    }

    /// The line of an instruction but for its label and its text. What the text
    /// does not name, the note does.
    fn line(&self, one: &Decoded) -> Line {
        let start = one.bytes.start;
        let is_inside = |mark: &&Mark| start <= mark.bytes.start && mark.bytes.end <= one.bytes.end;
        let marks: Vec<&Mark> = self.marks.iter().filter(is_inside).collect();
        let in_text: Vec<&Mark> =
            one.operands().filter_map(|at| self.symbol_mark(one, at)).collect();
        let unnamed = marks.iter().filter(|mark| !in_text.contains(mark));
        let note: Vec<&str> = unnamed.map(|mark| mark.symbol.as_str()).collect();
        let relative = |mark: &Mark| Mark {
            bytes: mark.bytes.start - start..mark.bytes.end - start,
            ..mark.clone()
        };
        Line {
            bytes: self.code[one.bytes.clone()].to_vec(),
            marks: marks.into_iter().map(relative).collect(),
            note: note.join(", "),
            ..Line::default()
        }
    }

    /// The mark that the constant of an operand lies under.
    fn mark(&self, one: &Decoded, operand: u32) -> Option<&Mark> {
        let bytes = one.constant(operand)?;
        self.marks.iter().find(|mark| mark.bytes == bytes)
    }

    /// The same, if its symbol is to be printed.
    fn symbol_mark(&self, one: &Decoded, operand: u32) -> Option<&Mark> {
        self.mark(one, operand).filter(|mark| (self.is_symbol)(mark))
    }

    /// Numbers the places inside the code that some branch of it goes to.
    fn labels(&self, decoded: &[Decoded]) -> BTreeMap<u64, String> {
        let inside = self.address..self.address + self.code.len() as u64;
        let targets: BTreeSet<u64> = decoded
            .iter()
            .filter(|one| self.symbol_mark(one, 0).is_none())
            .filter_map(|one| branch_target(&one.instruction))
            .filter(|target| inside.contains(target))
            .collect();
        let numbered = targets.into_iter().zip(1..);
        numbered.map(|(target, number)| (target, format!("{}{number}", self.labels))).collect()
    }

    /// The operands that are printed as names.
    fn names(
        &self,
        decoded: &[Decoded],
        labels: &BTreeMap<u64, String>,
    ) -> BTreeMap<Operand, String> {
        let mut names = BTreeMap::new();
        for one in decoded {
            for operand in one.operands() {
                if let Some(name) = self.name(one, operand, labels) {
                    names.insert((one.instruction.ip(), operand), name);
                }
            }
        }
        names
    }

    fn name(&self, one: &Decoded, operand: u32, labels: &BTreeMap<u64, String>) -> Option<String> {
        if let Some(mark) = self.symbol_mark(one, operand) {
            return Some(mark.symbol.clone());
        }
        if let Some(target) = reference(&one.instruction, operand) {
            let name = labels.get(&target).cloned().or_else(|| (self.name_of)(target));
            return Some(name.unwrap_or_else(|| "outside".to_owned()));
        }
        let is_wide = one.instruction.op_kind(operand) == OpKind::Immediate64;
        let may_be_address = is_wide && self.mark(one, operand).is_none();
        may_be_address.then(|| (self.name_of)(one.instruction.immediate(operand))).flatten()
    }
}

fn decode(code: &[u8], address: u64) -> Vec<Decoded> {
    let mut decoder = Decoder::with_ip(64, code, address, DecoderOptions::NONE);
    let mut decoded = Vec::new();
    while decoder.can_decode() {
        let start = decoder.position();
        let instruction = decoder.decode();
        let constants = decoder.get_constant_offsets(&instruction);
        decoded.push(Decoded { instruction, bytes: start..decoder.position(), constants });
    }
    decoded
}

impl Decoded {
    fn operands(&self) -> Range<u32> {
        0..self.instruction.op_count()
    }

    /// Where in the code an operand is written out: an immediate, a displacement,
    /// or the distance of a branch.
    fn constant(&self, operand: u32) -> Option<Range<usize>> {
        if operand >= self.instruction.op_count() {
            return None;
        }
        let constants = &self.constants;
        let (offset, size) = match self.instruction.op_kind(operand) {
            OpKind::Register => return None,
            OpKind::Memory => (constants.displacement_offset(), constants.displacement_size()),
            OpKind::Immediate8_2nd => (constants.immediate_offset2(), constants.immediate_size2()),
            _ => (constants.immediate_offset(), constants.immediate_size()),
        };
        let start = self.bytes.start + offset;
        (size > 0).then_some(start..start + size)
    }
}

fn branch_target(instruction: &Instruction) -> Option<u64> {
    let is_branch = instruction.op_count() > 0 && instruction.op0_kind() == OpKind::NearBranch64;
    is_branch.then(|| instruction.near_branch_target())
}

/// What must not be printed as a number: where the instruction branches to, or
/// which memory it names relative to itself.
fn reference(instruction: &Instruction, operand: u32) -> Option<u64> {
    match instruction.op_kind(operand) {
        OpKind::NearBranch64 => branch_target(instruction),
        OpKind::Memory if instruction.is_ip_rel_memory_operand() => {
            Some(instruction.ip_rel_memory_address())
        }
        _ => None,
    }
}

/// A formatter in Intel's syntax that prints names for addresses.
fn formatter(names: BTreeMap<Operand, String>) -> IntelFormatter {
    let mut formatter =
        IntelFormatter::with_options(Some(Box::new(Names(names))), Some(Box::new(Signs)));
    let options = formatter.options_mut();
    options.set_space_after_operand_separator(true);
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_uppercase_hex(false);
    options.set_branch_leading_zeros(false);
    options.set_rip_relative_addresses(true);
    formatter
}

struct Names(BTreeMap<Operand, String>);

impl SymbolResolver for Names {
    fn symbol(
        &mut self,
        instruction: &Instruction,
        _formatted_operand: u32,
        operand: Option<u32>,
        address: u64,
        _address_size: u32,
    ) -> Option<SymbolResult<'_>> {
        let name = self.0.get(&(instruction.ip(), operand?));
        name.map(|name| SymbolResult::with_str(address, name))
    }
}

/// Prints a sign where the processor extends one: `add r14, -8`.
struct Signs;

impl FormatterOptionsProvider for Signs {
    fn operand_options(
        &mut self,
        instruction: &Instruction,
        _formatted_operand: u32,
        operand: Option<u32>,
        _options: &mut FormatterOperandOptions,
        number_options: &mut NumberFormattingOptions<'_>,
    ) {
        number_options.signed_number |= matches!(
            operand.map(|operand| instruction.op_kind(operand)),
            Some(
                OpKind::Immediate8to16
                    | OpKind::Immediate8to32
                    | OpKind::Immediate8to64
                    | OpKind::Immediate32to64
            )
        );
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

    fn stencil_texts(code: &[u8], marks: &[Mark], holes: Holes) -> Vec<String> {
        let listing = disassemble_stencil(code, marks, holes);
        listing.lines.into_iter().map(|line| [line.label, line.text, line.note].join("|")).collect()
    }

    fn hole(bytes: Range<usize>, symbol: &str, is_address: bool) -> Mark {
        Mark { bytes, symbol: symbol.into(), is_address }
    }

    #[test]
    fn open_holes_with_the_same_bytes_have_names_of_their_own() {
        // movabs rax, 0; movabs rcx, 0
        let code = [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0x48, 0xb9, 0, 0, 0, 0, 0, 0, 0, 0];
        let marks = [hole(2..10, "HOLE_LOCAL", false), hole(12..20, "HOLE_CONTINUE", true)];
        let texts = stencil_texts(&code, &marks, Holes::Open);
        assert_eq!(texts, ["|mov rax, HOLE_LOCAL|", "|mov rcx, HOLE_CONTINUE|"]);
        let texts = stencil_texts(&code, &marks, Holes::Filled);
        assert_eq!(texts, ["|mov rax, 0|HOLE_LOCAL", "|mov rcx, HOLE_CONTINUE|"]);
    }

    #[test]
    fn an_open_hole_can_be_an_offset_or_a_place_to_jump_to() {
        // mov rax, [r15+0]; jmp +0; ret
        let code = [0x49, 0x8b, 0x87, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0, 0xc3];
        let marks = [hole(3..7, "HOLE_LOCAL", false), hole(8..12, "HOLE_CONTINUE", true)];
        let texts = stencil_texts(&code, &marks, Holes::Open);
        assert_eq!(texts, ["|mov rax, [r15+HOLE_LOCAL]|", "|jmp HOLE_CONTINUE|", "|ret|"]);
    }

    #[test]
    fn a_number_is_not_taken_for_the_label_that_lies_there() {
        let code = [0x83, 0xf8, 5, 0x74, 0, 0xc3]; // cmp eax, 5; je +0; ret
        let texts = stencil_texts(&code, &[], Holes::Open);
        assert_eq!(texts, ["|cmp eax, 5|", "|je short .L1|", ".L1|ret|"]);
    }

    #[test]
    fn an_immediate_has_a_sign_if_the_processor_extends_it() {
        let add = [0x49, 0x83, 0xc6, 0xf8]; // add r14, -8, from one byte
        let mov = [0xbe, 0, 0x80, 0x80, 0x80]; // mov esi, 0x80808000
        assert_eq!(stencil_texts(&add, &[], Holes::Filled), ["|add r14, -8|"]);
        assert_eq!(stencil_texts(&mov, &[], Holes::Filled), ["|mov esi, 0x80808000|"]);
    }
}
