//! What there is to link, for both linkers: for each step a stencil, and what goes
//! into its holes.

use ch02_stencils::{HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::link::{CodeMap, HoleResolver, Image, Library, LinkError, Step, Values};
use ch03_relocations::{Role, Symbols};

pub(crate) trait Steps {
    fn count(&self) -> u32;

    fn stencil(&self, step: Step) -> StencilId;

    /// The step that a label stands for.
    fn label(&self, step: Step, symbol: HoleKind) -> Step;

    /// The number that a symbol stands for.
    fn value(&self, step: Step, symbol: HoleKind) -> u64;
}

/// Links the steps with the linker that is tested.
pub(crate) fn link(
    library: &Library<X86_64>,
    steps: &impl Steps,
    image: &mut Image<X86_64>,
) -> Result<(), LinkError> {
    library.link(steps.count(), &Resolver { steps, symbols: library.symbols() }, image)
}

struct Resolver<'a, S> {
    steps: &'a S,
    symbols: &'a Symbols,
}

impl<S: Steps> HoleResolver for Resolver<'_, S> {
    fn stencil(&self, step: Step) -> StencilId {
        self.steps.stencil(step)
    }

    fn fill(&self, step: Step, map: &CodeMap, values: &mut Values) {
        for symbol in self.symbols.table().kinds() {
            match self.symbols.role(symbol) {
                Role::Label => {
                    values.set(symbol, map.start(self.steps.label(step, symbol)).0 as u64);
                }
                Role::Number => values.set(symbol, self.steps.value(step, symbol)),
                Role::Next | Role::Outside => {}
            }
        }
    }
}

/// The same stencils again and again, with the same value in all holes; every label
/// is the first step.
pub(crate) struct Uniform {
    pub(crate) stencils: Vec<StencilId>,
    pub(crate) value: u64,
}

impl Steps for Uniform {
    fn count(&self) -> u32 {
        self.stencils.len() as u32
    }

    fn stencil(&self, Step(step): Step) -> StencilId {
        self.stencils[step as usize]
    }

    fn label(&self, _: Step, _: HoleKind) -> Step {
        Step(0)
    }

    fn value(&self, _: Step, _: HoleKind) -> u64 {
        self.value
    }
}
