//! All programs of the corpus, with every set of peepholes, linked twice.

use ch01_bytecode_vm::{CodeObject, Value};
use ch02_stencils::driver::Symbol;
use ch02_stencils::{CodeAddress, HoleKind, StencilId};
use ch03_relocations::driver::Stencils;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{Image, Step};

use crate::reference::Reference;
use crate::running::{corpus, stencils};
use crate::steps::{Steps, link};

/// A code object, as the driver has it linked.
struct Compiled<'a> {
    code: &'a CodeObject,
    stencils: &'a Stencils,
}

impl Steps for Compiled<'_> {
    fn count(&self) -> u32 {
        self.code.instructions.len() as u32
    }

    fn stencil(&self, Step(step): Step) -> StencilId {
        self.stencils.operation(&self.code.instructions[step as usize])
    }

    fn label(&self, Step(step): Step, _: HoleKind) -> Step {
        Step(self.code.instructions[step as usize].operand)
    }

    fn value(&self, Step(step): Step, symbol: HoleKind) -> u64 {
        let instruction = self.code.instructions[step as usize];
        let operand = u64::from(instruction.operand);
        let bytes = size_of::<Value>() as u64;
        match Symbol::of(symbol) {
            Symbol::Operand | Symbol::TargetIndex => operand,
            Symbol::Index => step.into(),
            Symbol::Constant => {
                self.code.constants.get(operand as usize).map_or(0, |constant| constant.bits())
            }
            Symbol::Local | Symbol::Variable | Symbol::Operands => operand * bytes,
            Symbol::Range => u64::from(instruction.slot) * bytes,
            other => panic!("{other:?} is no value"),
        }
    }
}

const ADDRESS: u64 = 0x7f12_3456_7000;

/// Where the runtime may lie, from where the code is: nearby; anywhere else; or as
/// far away as calls get, so that some get there and some do not.
const RUNTIMES: [u64; 3] = [ADDRESS - 0x1000_0000, 0x5555_5555_0000, ADDRESS + 0x8000_0000];

#[test]
fn both_linkers_write_the_same_bytes() {
    let cases = corpus();
    let mut image = Image::new();
    for peepholes in Peepholes::every() {
        let stencils = stencils(peepholes);
        for (case, code) in
            cases.iter().flat_map(|case| case.program.codes().iter().map(move |code| (case, code)))
        {
            let steps = Compiled { code, stencils: &stencils };
            link(stencils.library(), &steps, &mut image).expect("its values fit");
            for runtime in RUNTIMES {
                let outside = |symbol: HoleKind| runtime + u64::from(symbol.0) * 16;
                let mut bytes = vec![0; image.size()];
                image.place(&mut bytes, CodeAddress(ADDRESS), outside).expect("there are veneers");
                let reference = Reference {
                    library: stencils.library(),
                    steps: &steps,
                    address: ADDRESS,
                    outside,
                };
                assert!(
                    reference.link() == Ok(bytes),
                    "{}: {}, {peepholes:?}",
                    case.name,
                    code.name
                );
            }
        }
    }
}
