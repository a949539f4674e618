//! The bench that every chapter is put on: a command line, listings and a
//! stop-watch that know no language and no opcode.
//!
//! Start with `examples/forty-two.rs`, which is copy-and-patch in thirty lines;
//! then read the modules in this order. Chapter 0 of the book explains both.

mod machine;
mod compiler;
mod listing;
mod disassembly;
mod stopwatch;
mod compile_speed;
mod json;
mod view;
mod command_line;
mod tour;

pub use command_line::main;
pub use compiler::{Compiled, Compiler, Memory};
pub use disassembly::{Holes, disassemble, disassemble_stencil};
pub use listing::{Line, Listing, Mark};
pub use machine::{
    About, Choice, Console, Ending, EngineName, Feature, Machine, Refusal, RunOptions, Setting,
    SettingValues, Source, Stage, Switch,
};
pub use stopwatch::{Contestant, Lap, StopwatchError, race};
pub use view::View;
