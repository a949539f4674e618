//! The stencils of `sheet.c`.

use ch02_stencils::{HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::Library;
use ch03_relocations::{Role, Symbols};
use ch05_code_cache::{CallCounting, StubGenerator};

const OBJECT: &[u8] =
    include_bytes!("../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/sheet-medium.o");

/// What the stencils leave open, in the order of the numbers below.
const SYMBOLS: [(&str, Role); 8] = [
    ("HOLE_NEXT", Role::Next),
    ("HOLE_NUMBER", Role::Number),
    ("HOLE_ENTRY", Role::Number),
    ("HOLE_MEMO", Role::Outside),
    ("HOLE_CELL", Role::Outside),
    ("HOLE_COUNTER", Role::Outside),
    ("HOLE_CODE", Role::Outside),
    ("sheet_find_code", Role::Outside),
];
pub(crate) const NUMBER: HoleKind = HoleKind(1);
pub(crate) const ENTRY: HoleKind = HoleKind(2);
pub(crate) const MEMO: HoleKind = HoleKind(3);
pub(crate) const CELL: HoleKind = HoleKind(4);
const COUNTER: HoleKind = HoleKind(5);
const CODE: HoleKind = HoleKind(6);
pub(crate) const FIND_CODE: HoleKind = HoleKind(7);

/// The stencils, ready to be linked.
pub(crate) struct Stencils(pub(crate) Library<X86_64>);

impl Stencils {
    pub(crate) fn new() -> Stencils {
        let library = Library::new(OBJECT, Symbols::new(SYMBOLS), Peepholes::ALL);
        Stencils(library.expect("the object is that of `sheet.c`"))
    }

    pub(crate) fn find(&self, name: &str) -> StencilId {
        self.0.find(name).expect("`sheet.c` has this stencil")
    }

    /// Makes stubs of a stencil.
    pub(crate) fn stub(&self, name: &str) -> StubGenerator<X86_64> {
        let generator = StubGenerator::new(&self.0, self.find(name));
        generator.expect("a stub goes on in code that is outside of it")
    }

    pub(crate) fn call_counting(&self) -> CallCounting<X86_64> {
        CallCounting { stub: self.stub("count_call"), counter: COUNTER, code: CODE }
    }
}
