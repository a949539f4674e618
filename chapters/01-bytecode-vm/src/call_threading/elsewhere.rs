//! Call threading where its code cannot run: a JIT that nobody can make.

use std::convert::Infallible;
use std::sync::Arc;

use ch00_workbench::Listing;

use super::JitError;
use crate::code::Program;
use crate::engine::{Engine, Exit};
use crate::vm::Vm;

/// The engine that does not exist on this machine.
#[derive(Debug)]
pub struct CallThreading(Infallible);

impl CallThreading {
    /// Compiles nothing.
    ///
    /// # Errors
    /// Always: [`JitError::Elsewhere`].
    pub fn new(_: Arc<Program>) -> Result<CallThreading, JitError> {
        Err(JitError::Elsewhere)
    }

    /// The listing of code that there cannot be.
    #[must_use]
    pub fn listing(&self) -> Listing {
        match self.0 {}
    }
}

impl Engine for CallThreading {
    fn resume(&mut self, _: &mut Vm<'_>) -> Exit {
        match self.0 {}
    }
}
