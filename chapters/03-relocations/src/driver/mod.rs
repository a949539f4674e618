//! The driver: the linker applied to the language of chapter 1, with the symbols,
//! the runtime and the way in and out that chapter 2 has declared. Chapter 3 of the
//! book shows it in "Who fills what" and in "Payoff".

mod symbols;
mod stencils;

// What runs them, on x86-64 and Linux.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod native;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
mod elsewhere;

mod machine;

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub use elsewhere::Jit;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
use elsewhere::TimedCompiler;
pub use machine::{
    FEATURES, HOLES, LinkedJit, STENCIL_VIEW, STENCILS, engine, stencils, view_stencil,
};
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use native::TimedCompiler;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub use native::{Jit, link_alone, link_function, list_code, list_hot_code, outside};
pub use stencils::{Defect, LoadError, Stencils};
pub use symbols::symbols;
