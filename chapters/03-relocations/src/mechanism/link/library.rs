//! All stencils of an object, laid out, and flattened into tables that the linker
//! walks through: bytes, words, halves, and what has to be kept for later. Chapter
//! 3 of the book, "Two passes".

use std::marker::PhantomData;

use ch02_stencils::StencilId;

use super::flat::{Flat, Tables};
use super::values::Slot;
use crate::mechanism::arch::Arch;
use crate::mechanism::graph::{Constant, Object};
use crate::mechanism::layout::{Peepholes, Stencil, lay_out};
use crate::mechanism::read::{ReadError, read, read_trusted};
use crate::mechanism::symbols::Symbols;

/// The stencils of an object file, ready to be linked.
#[derive(Clone, Debug)]
pub struct Library<A> {
    symbols: Symbols,
    stencils: Vec<Stencil>,
    constants: Vec<Constant>,
    data_tables: Vec<(String, Vec<u8>)>,
    pub(super) tables: Tables,
    /// Where the start of the next step goes.
    pub(super) next: Slot,
    arch: PhantomData<A>,
}

/// Why an object does not become a library.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LibraryError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There are more constants than numbers for them.
    #[error("the stencils use {count} constants, and there are numbers for {limit}")]
    Constants {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// There are more functions to call than numbers for them.
    #[error("the stencils call {count} functions, and there are numbers for {limit}")]
    Calls {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A part of a stencil is too long for distances of 32 bits.
    #[error("a part of stencil `{stencil}` has {bytes} bytes, and may have at most {limit}")]
    Long {
        /// Which one.
        stencil: String,
        /// How many bytes that part has.
        bytes: usize,
        /// How many it may have.
        limit: usize,
    },
}

impl<A: Arch> Library<A> {
    /// Reads an object file and lays its stencils out.
    ///
    /// # Errors
    /// When the object cannot be read, or has more in it than there are numbers for.
    pub fn new(
        object: &[u8],
        symbols: Symbols,
        peepholes: Peepholes,
    ) -> Result<Library<A>, LibraryError> {
        let object = read::<A>(object, &symbols)?;
        Self::from_object(object, symbols, peepholes)
    }

    /// The same for an object that was read before, without an error, by
    /// [`new`](Self::new): in a test, say, for one that is compiled into the program.
    ///
    /// # Errors
    /// As `new`; but code that is none is not noticed.
    pub fn new_trusted(
        object: &[u8],
        symbols: Symbols,
        peepholes: Peepholes,
    ) -> Result<Library<A>, LibraryError> {
        let object = read_trusted::<A>(object, &symbols)?;
        Self::from_object(object, symbols, peepholes)
    }

    fn from_object(
        object: Object,
        symbols: Symbols,
        peepholes: Peepholes,
    ) -> Result<Library<A>, LibraryError> {
        let functions = object.functions.iter();
        let stencils: Vec<Stencil> =
            functions.map(|function| lay_out::<A>(function, &symbols, peepholes)).collect();
        let tables = Tables::new(&stencils, &object.constants, &symbols)?;
        let (constants, data_tables) = (object.constants, object.tables);
        let next = symbols.next().map_or(Slot::nowhere(), Slot::symbol);
        let arch = PhantomData;
        Ok(Library { symbols, stencils, constants, data_tables, tables, next, arch })
    }
}

impl<A> Library<A> {
    /// The symbols that it was read with.
    #[must_use]
    pub fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    /// The number of the stencil with a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<StencilId> {
        let index = self.stencils.iter().position(|stencil| stencil.name == name)?;
        Some(StencilId(index as u16))
    }

    /// The stencil with a number of this library.
    ///
    /// # Panics
    /// When the number is another library's.
    #[must_use]
    pub fn get(&self, id: StencilId) -> &Stencil {
        &self.stencils[usize::from(id.0)]
    }

    /// All stencils with their numbers, in the order of the object file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (StencilId, &Stencil)> {
        (0..self.stencils.len()).map(|index| (StencilId(index as u16), &self.stencils[index]))
    }

    /// The constants that its code reads, by number.
    #[must_use]
    pub fn constants(&self) -> &[Constant] {
        &self.constants
    }

    /// The bytes of a data table that the driver asked for by name.
    #[must_use]
    pub fn data_table(&self, name: &str) -> Option<&[u8]> {
        let table = self.data_tables.iter().find(|(table, _)| table == name)?;
        Some(&table.1)
    }

    pub(super) fn flat(&self, id: StencilId) -> &Flat {
        &self.tables.stencils[usize::from(id.0)]
    }
}
