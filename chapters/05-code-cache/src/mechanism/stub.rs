//! The stub generator: small pieces of code, all copies of one stencil, each with words
//! of its own in the holes. A stub stands where something else is missing: it asks for
//! the code of a function, counts, or leads elsewhere. Chapter 5 of the book, "A stub
//! for everybody".

use std::sync::Arc;

use ch02_stencils::{CodeAddress, HoleKind, StencilId};
use ch03_relocations::arch::Arch;
use ch03_relocations::link::{
    CodeMap, HoleResolver, Image, Library, LinkError, PlaceError, Step, Values,
};
use ch04_executable_memory::{ArenaError, Batch, Describe};

/// Makes stubs of a stencil, which is linked once.
#[derive(Debug)]
pub struct StubGenerator<A> {
    image: Image<A>,
}

/// Why there is no stub.
#[derive(Debug, thiserror::Error)]
pub enum StubError {
    /// There is no memory for it.
    #[error(transparent)]
    Memory(#[from] ArenaError),
    /// What it refers to is out of reach.
    #[error(transparent)]
    Place(#[from] PlaceError),
}

impl<A: Arch> StubGenerator<A> {
    /// A generator of stubs that are copies of a stencil. All its holes are for what is
    /// outside of it.
    ///
    /// # Errors
    /// When the stencil goes on with a next one.
    ///
    /// # Panics
    /// When the library does not have it.
    pub fn new(library: &Library<A>, id: StencilId) -> Result<StubGenerator<A>, LinkError> {
        let mut image = Image::new();
        library.link(1, &Alone(id), &mut image)?;
        Ok(StubGenerator { image })
    }

    // ANCHOR: write
    /// Writes a stub to a batch, with what `outside` says in its holes. Returns where it
    /// will be when the batch is published.
    ///
    /// # Errors
    /// When there is no memory, or something is out of reach.
    pub fn write(
        &self,
        batch: &mut Batch,
        what: Arc<dyn Describe>,
        outside: impl Fn(HoleKind) -> u64,
    ) -> Result<CodeAddress, StubError> {
        let mut draft = batch.draft(self.image.size(), self.image.alignment())?;
        let address = draft.address();
        self.image.place(draft.bytes_mut(), address, outside)?;
        draft.finish(what);
        Ok(address)
    }
    // ANCHOR_END: write
}

/// A stencil by itself, with no values but what is outside.
struct Alone(StencilId);

impl HoleResolver for Alone {
    fn stencil(&self, _: Step) -> StencilId {
        self.0
    }

    fn fill(&self, _: Step, _: &CodeMap, _: &mut Values) {}
}
