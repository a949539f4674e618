//! The mechanism: an arena of memory for machine code, which is writable or
//! executable and never both. It knows no language, no opcode and no value; what it
//! holds is described by whoever put it there. It is for Linux, and knows nothing of
//! the processor but a byte that stops whoever executes it.

// What the system gives.
mod pages;
mod fork;
mod error;

// Who owns which bytes.
mod ranges;
mod region;
mod extent;
mod near;
mod ledger;
mod books;
mod options;
mod arena;

// From a draft to code, and back.
mod batch;
mod piece;
mod code;
mod roots;
mod cells;

// Who wants to know.
mod describe;
mod survey;
mod observer;
mod perf_map;
pub mod fault;

pub use arena::Arena;
pub use batch::{Batch, Draft};
pub use books::{Place, Usage};
pub use cells::Cells;
pub use code::{Code, FreeError, InUse};
pub use describe::{Describe, Named};
pub use error::{ArenaError, SystemCall};
pub use observer::Observer;
pub use options::ArenaOptions;
pub use pages::{Backing, PageSource, Protection, SystemPages};
pub use perf_map::PerfMap;
pub use region::Strategy;
pub use roots::{CodeRoots, NoRoots, Retired};
pub use survey::{Span, SpanKind};
