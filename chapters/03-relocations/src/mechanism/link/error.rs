//! Why stencils cannot be linked, and an image not be placed. Chapter 3 of the book,
//! "Every relocation".

use super::code_map::Step;
use super::image::KeptTarget;
use crate::mechanism::arch::{Formula, Overflow};
use crate::mechanism::layout::PartName;

/// Why a sequence of stencils does not become an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Code would go on behind its end.
    #[error("step {}, `{stencil}`, goes on with the step after it, but is the last", step.0)]
    RunsOff {
        /// Which step.
        step: Step,
        /// Its stencil.
        stencil: String,
    },
    /// Distances within the image would have more than 32 bits.
    #[error("the image would have {bytes} bytes, and can have at most {}", i32::MAX)]
    TooBig {
        /// How many it would have.
        bytes: u64,
    },
    /// A value does not fit.
    #[error("step {}, `{stencil}`, {part:?} part, {offset:#x}: {overflow}, and this is `{symbol}`", step.0)]
    Range {
        /// Which step.
        step: Step,
        /// Its stencil.
        stencil: String,
        /// In which of its parts the hole is.
        part: PartName,
        /// Where the hole begins, in bytes from the start of the part.
        offset: u32,
        /// Whose value it is.
        symbol: String,
        /// The value and its limits.
        overflow: Overflow,
    },
}

/// Why an image cannot be put at an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The address is not a multiple of what it has to be.
    #[error("the image cannot begin at {address:#x}, which is no multiple of {alignment}")]
    Alignment {
        /// Where it was to begin.
        address: u64,
        /// What that has to be a multiple of.
        alignment: usize,
    },
    /// A value does not fit.
    #[error("{offset:#x} in the image, {target}: {overflow}; {}", cure(*formula))]
    Range {
        /// Where the hole begins, in bytes from the start of the image.
        offset: u32,
        /// How its value is computed.
        formula: Formula,
        /// Whose address it is.
        target: KeptTarget,
        /// The value and its limits.
        overflow: Overflow,
    },
}

/// What to do about a value that does not fit.
fn cure(formula: Formula) -> &'static str {
    match formula {
        Formula::Word | Formula::Unsigned | Formula::Signed => {
            "the address is too high for 32 bits: let the stencil have it in 64"
        }
        Formula::Distance | Formula::Call | Formula::Slot => {
            "the two are too far apart: place the image nearer, or let the stencil have 64 bits"
        }
    }
}
