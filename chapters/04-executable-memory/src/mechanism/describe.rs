//! What lies where in some code, in words. Whoever publishes code describes it, as
//! the arena does not know what it is.

use std::fmt;

use ch02_stencils::CodeOffset;

/// Knows what some code is.
pub trait Describe: fmt::Debug + Send + Sync {
    /// Its name, as profilers and debuggers show it.
    fn name(&self) -> &str;

    /// Writes what lies at an offset. A fault's handler calls this: it must not
    /// allocate, and not wait for anybody.
    ///
    /// # Errors
    /// When `out` has no more room.
    fn describe(&self, offset: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result;
}

/// Code of which nothing is known but its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named(pub String);

impl Describe for Named {
    fn name(&self) -> &str {
        &self.0
    }

    fn describe(&self, offset: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result {
        write!(out, "{}+{:#x}", self.0, offset.0)
    }
}
