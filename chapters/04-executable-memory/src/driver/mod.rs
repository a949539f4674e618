//! The driver: chapter 3's linker writes the language of chapter 1 into an arena.
//! Chapter 4 of the book shows it in "The JIT moves in".

// What runs it, on x86-64 and Linux.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod native;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
mod elsewhere;

mod machine;

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub use elsewhere::Jit;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
use elsewhere::{Memory, TimedCompiler};
pub use machine::{ArenaJit, FEATURES, MEMORY, PERF_MAP_SWITCH, engine, fall_back};
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub use native::{CompiledFunction, Jit, VmRoots, arena, list_memory, options, options_from};
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use native::{Memory, TimedCompiler};
