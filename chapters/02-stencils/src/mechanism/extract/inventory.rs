//! Who has what in an object: each section belongs to one stencil or data table,
//! or has nothing in it. Symbols and sections that are nobody's are errors.
//! Chapter 2 of the book, "Reading an object file"; chapter 3 has more owners.

use std::collections::HashSet;

use super::super::object_file::{
    Binding, Definition, ObjectFile, Section, SectionIndex, SectionKind, Symbol, SymbolIndex,
};
use super::super::stencil::{StencilId, Target};
use super::super::symbols::SymbolTable;
use super::error::{ExtractError, StencilProblem, SymbolProblem, TableProblem};
use super::symbol::{Role, label, role};

/// What is whose.
#[derive(Debug)]
pub struct Inventory<'a> {
    object: &'a ObjectFile<'a>,
    symbols: &'a SymbolTable,
    /// By section: the name of the stencil or the table that it is.
    owners: Vec<Option<&'a str>>,
    /// By section: the stencil that it is.
    ids: Vec<Option<StencilId>>,
    /// The sections that are stencils, and the stencils' names, by number.
    stencils: Vec<(SectionIndex, &'a str)>,
}

impl<'a> Inventory<'a> {
    /// What Clang gives functions on x86-64 by its own preference, below which
    /// `-falign-functions` does not get. It is for speed alone: nothing relies on it.
    pub const PREFERRED_ALIGNMENT: u64 = 16;

    /// Finds the stencils and the data tables, and numbers the stencils in the
    /// order of their sections.
    ///
    /// # Errors
    /// When two visible symbols have one name, when a stencil or a table is not the
    /// whole of a section of the right kind, or when there are too many stencils.
    pub fn take(
        object: &'a ObjectFile<'a>,
        symbols: &'a SymbolTable,
    ) -> Result<Inventory<'a>, ExtractError> {
        check_names(object)?;
        let count = object.sections.len();
        let (owners, ids) = (vec![None; count], vec![None; count]);
        let mut inventory = Inventory { object, symbols, owners, ids, stencils: Vec::new() };
        for symbol in &object.symbols {
            match role(symbol, object, symbols) {
                Ok(Role::Stencil(section)) => inventory.claim_code(section, symbol)?,
                Ok(Role::Table(section)) => inventory.claim_data(section, symbol)?,
                _ => {}
            }
        }
        inventory.number_stencils()?;
        Ok(inventory)
    }

    fn claim_code(
        &mut self,
        section: SectionIndex,
        function: &Symbol<'a>,
    ) -> Result<(), ExtractError> {
        let place = self.object.section(section);
        let name = || place.name.to_owned();
        let problem = if place.kind != SectionKind::Text {
            StencilProblem::NotCode { section: name() }
        } else if let Some(other) = self.owners[section.0] {
            StencilProblem::Shared { other: other.to_owned() }
        } else if !is_whole(function, place) {
            StencilProblem::Part { section: name() }
        } else if place.size == 0 {
            StencilProblem::Empty
        } else if place.alignment > Self::PREFERRED_ALIGNMENT {
            StencilProblem::Alignment { alignment: place.alignment }
        } else {
            self.owners[section.0] = Some(function.name);
            self.stencils.push((section, function.name));
            return Ok(());
        };
        Err(ExtractError::Stencil { stencil: function.name.to_owned(), problem })
    }

    fn claim_data(
        &mut self,
        section: SectionIndex,
        table: &Symbol<'a>,
    ) -> Result<(), ExtractError> {
        let place = self.object.section(section);
        let name = || place.name.to_owned();
        let problem = if place.kind != SectionKind::ReadOnlyData {
            TableProblem::NotConstant { section: name() }
        } else if let Some(other) = self.owners[section.0] {
            TableProblem::Shared { other: other.to_owned() }
        } else if !is_whole(table, place) {
            TableProblem::Part { section: name() }
        } else if let Some(relocation) = place.relocations.first() {
            TableProblem::Address { symbol: self.label(relocation.symbol) }
        } else {
            self.owners[section.0] = Some(table.name);
            return Ok(());
        };
        Err(ExtractError::Table { table: table.name.to_owned(), problem })
    }

    fn number_stencils(&mut self) -> Result<(), ExtractError> {
        let count = self.stencils.len();
        if count > usize::from(u16::MAX) {
            return Err(ExtractError::TooMany { count });
        }
        self.stencils.sort_unstable();
        for (id, (section, _)) in self.stencils.iter().enumerate() {
            self.ids[section.0] = Some(StencilId(id as u16));
        }
        Ok(())
    }

    /// The stencils by number: their names, and the sections that they are.
    pub fn stencils(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a Section<'a>)> {
        self.stencils.iter().map(|&(section, name)| (name, self.object.section(section)))
    }

    /// Makes a section somebody's, if it is nobody's yet. Returns whether it was
    /// nobody's.
    ///
    /// # Panics
    /// When the index is another object's.
    pub fn claim(&mut self, section: SectionIndex, owner: &'a str) -> bool {
        let place = &mut self.owners[section.0];
        let is_free = place.is_none();
        place.get_or_insert(owner);
        is_free
    }

    /// The data tables that the driver asked for, with their names.
    ///
    /// # Errors
    /// When one is not in the object.
    pub fn tables(&self) -> Result<Vec<(String, Vec<u8>)>, ExtractError> {
        let find = |table: &str| {
            let owned = |owner: &Option<&str>| *owner == Some(table);
            let section = self.owners.iter().position(owned).ok_or_else(|| {
                let problem = TableProblem::Missing;
                ExtractError::Table { table: table.to_owned(), problem }
            })?;
            Ok((table.to_owned(), self.object.sections[section].bytes.to_vec()))
        };
        self.symbols.data_tables().map(find).collect()
    }

    /// What a symbol stands for, to which a stencil refers.
    ///
    /// # Errors
    /// When it is nothing that a stencil could refer to.
    ///
    /// # Panics
    /// When the index is another object's.
    pub fn target(&self, symbol: SymbolIndex) -> Result<Target, SymbolProblem> {
        if symbol == SymbolIndex(0) {
            return Err(SymbolProblem::None);
        }
        match role(self.object.symbol(symbol), self.object, self.symbols)? {
            Role::Stencil(section) => {
                let id = self.ids[section.0].expect("every stencil has a number");
                Ok(Target::Stencil(id))
            }
            Role::Open(kind) => Ok(Target::Symbol(kind)),
            Role::Table(_) => Err(SymbolProblem::Table),
            Role::Section => Err(SymbolProblem::Section),
            Role::File => Err(SymbolProblem::File),
        }
    }

    /// Checks that everything in the object has found its place.
    pub(super) fn check_that_nothing_is_left(&self) -> Result<(), ExtractError> {
        self.check_symbols(|_| false)?;
        self.check_sections()
    }

    /// Checks that every symbol has its place here, but for those that the caller
    /// has found one for.
    ///
    /// # Errors
    /// When one has none.
    pub fn check_symbols(
        &self,
        is_known: impl Fn(&Symbol<'_>) -> bool,
    ) -> Result<(), ExtractError> {
        let symbols = self.object.symbols.iter().enumerate().skip(1);
        for (index, symbol) in symbols.filter(|(_, symbol)| !is_known(symbol)) {
            role(symbol, self.object, self.symbols).map_err(|problem| {
                let symbol = self.label(SymbolIndex(index));
                ExtractError::Symbol { symbol, problem }
            })?;
        }
        Ok(())
    }

    /// Checks that every section with something to load is somebody's.
    ///
    /// # Errors
    /// When one is nobody's.
    pub fn check_sections(&self) -> Result<(), ExtractError> {
        let mut unowned =
            self.object.sections.iter().filter(|it| self.owners[it.index.0].is_none());
        unowned.try_for_each(check_section_without_owner)
    }

    /// What to call a symbol in a message.
    #[must_use]
    pub fn label(&self, symbol: SymbolIndex) -> String {
        label(symbol, self.object)
    }
}

/// Checks that a section which is neither a stencil nor a data table has nothing
/// to load and is known to have nothing.
fn check_section_without_owner(section: &Section<'_>) -> Result<(), ExtractError> {
    let name = section.name.to_owned();
    match section.kind {
        SectionKind::Table => Ok(()),
        SectionKind::NotLoaded if name == ".note.GNU-stack" && section.size == 0 => Ok(()),
        SectionKind::NotLoaded => Err(ExtractError::Section { section: name }),
        _ if section.size == 0 => Ok(()),
        SectionKind::Text => Err(ExtractError::Code { section: name }),
        SectionKind::ReadOnlyData | SectionKind::WritableData | SectionKind::ZeroedData => {
            Err(ExtractError::Data { section: name })
        }
    }
}

fn is_whole(symbol: &Symbol<'_>, section: &Section<'_>) -> bool {
    let begins_it = Definition::Section { section: section.index, offset: 0 };
    symbol.definition == begins_it && symbol.size == section.size
}

/// Checks that no two symbols of one name can be seen from outside.
fn check_names(object: &ObjectFile<'_>) -> Result<(), ExtractError> {
    let mut names = HashSet::with_capacity(object.symbols.len());
    let visible = object.symbols.iter().filter(|symbol| symbol.binding != Binding::Local);
    for symbol in visible {
        if !names.insert(symbol.name) {
            return Err(ExtractError::SameName { name: symbol.name.to_owned() });
        }
    }
    Ok(())
}
