//! Stencils made by hand, one for each kind of hole.

use std::collections::HashMap;

use ch02_stencils::HoleKind;
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{Library, LibraryError};
use ch03_relocations::{Role, Symbols};
use object::LittleEndian;
use object::elf::{
    R_X86_64_32, R_X86_64_32S, R_X86_64_64, R_X86_64_GOTPCREL, R_X86_64_GOTPCRELX, R_X86_64_PC32,
    R_X86_64_PLT32,
};
use object::write::SymbolId;

use crate::draft::{Draft, with_section};
use crate::parts::{self, BRANCH, JUMP, Part, constant, constants, open};

pub(crate) const VALUE: HoleKind = HoleKind(2);
pub(crate) const OUTSIDE: HoleKind = HoleKind(4);
pub(crate) const FAR: HoleKind = HoleKind(5);
pub(crate) const FARTHER: HoleKind = HoleKind(6);

/// The symbols that the stencils refer to. `PLACE` is an address that the driver
/// knows already.
pub(crate) fn symbols() -> Symbols {
    Symbols::new([
        ("NEXT", Role::Next),
        ("LABEL", Role::Label),
        ("VALUE", Role::Number),
        ("PLACE", Role::Number),
        ("OUTSIDE", Role::Outside),
        ("FAR", Role::Outside),
        ("FARTHER", Role::Outside),
    ])
}

/// Stencils in the making.
pub(crate) struct Maker {
    draft: Draft,
    /// By name.
    symbols: HashMap<String, SymbolId>,
}

/// A hole in code: where it is, what kind of relocation, what for, and the addend.
pub(crate) type Hole<'a> = (u64, u32, &'a str, i64);

impl Maker {
    pub(crate) fn new() -> Maker {
        Maker { draft: Draft::empty(), symbols: HashMap::new() }
    }

    /// Adds a function of one block.
    pub(crate) fn add(&mut self, name: &str, code: &[u8], holes: &[Hole<'_>]) -> Part {
        let part = parts::entry(&mut self.draft, name, code);
        self.relocate(part, holes);
        part
    }

    /// Adds another block to the function that was added last.
    fn add_block(&mut self, function: &str, code: &[u8], holes: &[Hole<'_>]) {
        let part = parts::part(&mut self.draft, function, 1, code);
        self.symbols.insert("BLOCK".to_owned(), part.symbol);
        self.relocate(part, holes);
    }

    fn relocate(&mut self, part: Part, holes: &[Hole<'_>]) {
        for &(offset, kind, symbol, addend) in holes {
            let symbol = self.symbol(symbol);
            self.draft.relocate(part.section, offset, symbol, kind, addend);
        }
    }

    fn symbol(&mut self, name: &str) -> SymbolId {
        let draft = &mut self.draft;
        *self.symbols.entry(name.to_owned()).or_insert_with(|| open(draft, name))
    }

    /// Adds constants of so many bytes each, with the names `NAME0`, `NAME1`, …
    pub(crate) fn add_constants(&mut self, name: &str, bytes: &[u8], size: usize) {
        let section = constants(&mut self.draft, &format!(".rodata.cst{size}"), bytes, size as u64);
        for number in 0..bytes.len() / size {
            let name = format!("{name}{number}");
            let symbol = constant(&mut self.draft, section, &name, (number * size) as u64);
            self.symbols.insert(name, symbol);
        }
    }

    /// Reads what was made, and lays it out.
    pub(crate) fn library(
        &self,
        symbols: Symbols,
        peepholes: Peepholes,
    ) -> Result<Library<X86_64>, LibraryError> {
        let sizes = [8, 16, 32].map(|size| (format!(".rodata.cst{size}"), size));
        let mut file = self.draft.bytes();
        for (name, size) in sizes {
            if file.windows(name.len()).any(|bytes| bytes == name.as_bytes()) {
                file = with_section(file, &name, &|it| it.sh_entsize.set(LittleEndian, size));
            }
        }
        Library::new(&file, symbols, peepholes)
    }
}

/// Stencils with holes of all kinds. All but `END` and `FAIL` go on with the next step.
pub(crate) fn all_kinds(peepholes: Peepholes) -> Library<X86_64> {
    let mut maker = Maker::new();
    maker.add("END", &[0xc3], &[]);
    add_numbers(&mut maker);
    add_distances(&mut maker);
    add_calls(&mut maker);
    add_memory(&mut maker);
    maker.library(symbols(), peepholes).unwrap_or_else(|error| panic!("it is good: {error}"))
}

/// Adds a function that goes on with the next step.
fn add_step(maker: &mut Maker, name: &str, code: &[u8], holes: &[Hole<'_>]) {
    let jump = (code.len() as u64 + 1, R_X86_64_PLT32, "NEXT", -4);
    maker.add(name, &[code, &JUMP].concat(), &[holes, &[jump]].concat());
}

/// `mov rax, …`, with a hole of 8 bytes.
const MOVE: [u8; 10] = [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0];

/// `lea rax, […]`
const ADDRESS: [u8; 7] = [0x48, 0x8d, 0x05, 0, 0, 0, 0];

fn add_numbers(maker: &mut Maker) {
    add_step(maker, "NOTHING", &[], &[]);
    add_step(maker, "WORD", &MOVE, &[(2, R_X86_64_64, "VALUE", 3)]);
    add_step(maker, "WORD_OF_LABEL", &MOVE, &[(2, R_X86_64_64, "LABEL", 1)]);
    add_step(maker, "WORD_OF_NEXT", &MOVE, &[(2, R_X86_64_64, "NEXT", 0)]);
    add_step(maker, "WORD_OF_OUTSIDE", &MOVE, &[(2, R_X86_64_64, "FAR", -16)]);
    // `mov eax, …`, `mov rax, …` with a hole of 4 bytes.
    add_step(maker, "UNSIGNED", &[0xb8, 0, 0, 0, 0], &[(1, R_X86_64_32, "VALUE", 0)]);
    let signed = [0x48, 0xc7, 0xc0, 0, 0, 0, 0];
    add_step(maker, "SIGNED", &signed, &[(3, R_X86_64_32S, "VALUE", -8)]);
}

fn add_distances(maker: &mut Maker) {
    for name in ["LABEL", "NEXT", "PLACE", "OUTSIDE"] {
        add_step(maker, &format!("TO_{name}"), &ADDRESS, &[(3, R_X86_64_PC32, name, -4)]);
    }
    // `jmp …`
    maker.add("GO_TO_LABEL", &JUMP, &[(1, R_X86_64_PLT32, "LABEL", -4)]);
    maker.add("GO_OUTSIDE", &JUMP, &[(1, R_X86_64_PLT32, "FARTHER", -4)]);
}

fn add_calls(maker: &mut Maker) {
    // `call …`, and the jumps behind it.
    let call = [&[0xe8, 0, 0, 0, 0][..], &JUMP].concat();
    for (name, callee) in [("CALL", "FAR"), ("CALL_OTHER", "FARTHER"), ("CALL_NEAR", "OUTSIDE")] {
        // `jne` to the slow path, which calls.
        let entry = maker.add(name, &BRANCH, &[(7, R_X86_64_PLT32, "NEXT", -4)]);
        let holes = [(1, R_X86_64_PLT32, callee, -4), (6, R_X86_64_PLT32, "NEXT", -4)];
        maker.add_block(name, &call, &holes);
        maker.relocate(entry, &[(2, R_X86_64_PLT32, "BLOCK", -4)]);
    }
    // The address of the slow path as a number, and one that returns.
    let entry =
        maker.add("FAIL", &[&MOVE[..], &BRANCH].concat(), &[(17, R_X86_64_PLT32, "FAR", -4)]);
    maker.add_block("FAIL", &[0xb8, 0, 0, 0, 0, 0xc3], &[(1, R_X86_64_32, "VALUE", 0)]);
    let holes = [(2, R_X86_64_64, "BLOCK", 0), (12, R_X86_64_PLT32, "BLOCK", -4)];
    maker.relocate(entry, &holes);
}

fn add_memory(maker: &mut Maker) {
    let bytes: Vec<u8> = (0..64).collect();
    maker.add_constants("NUMBER", &bytes[..24], 8);
    maker.add_constants("MASK", &bytes, 16);
    // `movsd xmm0, […]; andps xmm0, […]`
    let load = [0xf2, 0x0f, 0x10, 0x05, 0, 0, 0, 0];
    let mask = [0x0f, 0x54, 0x05, 0, 0, 0, 0];
    for number in 0..3 {
        let name = format!("NUMBER{number}");
        add_step(maker, &format!("LOAD_{name}"), &load, &[(4, R_X86_64_PC32, &name, -4)]);
        let name = format!("MASK{number}");
        add_step(maker, &format!("LOAD_{name}"), &mask, &[(3, R_X86_64_PC32, &name, -4)]);
    }
    // `vmovaps ymm0, […]`
    maker.add_constants("WIDE", &bytes, 32);
    let wide = [0xc5, 0xfc, 0x28, 0x05, 0, 0, 0, 0];
    add_step(maker, "LOAD_WIDE0", &wide, &[(4, R_X86_64_PC32, "WIDE0", -4)]);
    // `mov rax, […]; call […]; mov rax, […]`
    let load = [0x48, 0x8b, 0x05, 0, 0, 0, 0];
    let slots = [&load[..], &[0xff, 0x15, 0, 0, 0, 0], &load].concat();
    add_step(
        maker,
        "SLOTS",
        &slots,
        &[
            (3, R_X86_64_GOTPCREL, "VALUE", -4),
            (9, R_X86_64_GOTPCRELX, "FAR", -4),
            (16, R_X86_64_GOTPCREL, "NEXT", -4),
        ],
    );
    add_step(maker, "SLOT_OF_LABEL", &load, &[(3, R_X86_64_GOTPCREL, "LABEL", -4)]);
}
