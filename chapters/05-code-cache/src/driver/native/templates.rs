//! Everything that is copied: stencils, stubs, and the functions of the interpreter. They
//! are read once, and shared between VMs and threads. Chapter 5 of the book, "Python
//! moves in".

use std::sync::Arc;

use ch02_stencils::driver::Objects;
use ch03_relocations::driver::Stencils;
use ch03_relocations::layout::Peepholes;

use super::interpreter::Functions;
use super::stubs::Stubs;

/// What a JIT copies.
#[derive(Debug)]
pub struct Templates {
    pub(super) stencils: Arc<Stencils>,
    pub(super) stubs: Stubs,
    pub(super) interpreter: Functions,
}

impl Templates {
    /// Reads the objects; `peepholes` are for the stencils.
    ///
    /// # Errors
    /// When one of them cannot be read, or is another one. The message says which, and why.
    pub fn load(objects: &Objects, peepholes: Peepholes) -> Result<Templates, String> {
        let stencils = Stencils::load(objects, peepholes).map_err(|error| error.to_string())?;
        Self::with_stencils(objects, stencils)
    }

    /// The same with stencils that have been read already.
    ///
    /// # Errors
    /// When one of the others cannot be read, or is another one.
    pub fn with_stencils(objects: &Objects, stencils: Stencils) -> Result<Templates, String> {
        let (stubs, interpreter) = (Stubs::load(objects)?, Functions::load(objects)?);
        Ok(Templates { stencils: Arc::new(stencils), stubs, interpreter })
    }

    /// The stencils of the instructions.
    #[must_use]
    pub fn stencils(&self) -> &Stencils {
        &self.stencils
    }
}
