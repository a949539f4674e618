//! What the parts of an object are: which sections are blocks, and of which
//! function; which are constants; what each symbol stands for. Chapter 3 of the
//! book, "A block is a section".

use ch02_stencils::object_file::{
    Binding, Definition, ObjectFile, Section, SectionIndex, SectionKind, Symbol, SymbolIndex,
    SymbolKind, Visibility,
};
use ch02_stencils::{ExtractError, HoleKind, Inventory, StencilId, SymbolProblem, Target};

use super::super::graph::BlockId;
use super::super::symbols::Symbols;
use super::constants;
use super::error::{BlockProblem, ReadError};

/// The parts of an object.
pub(super) struct Parts<'a> {
    pub(super) file: &'a ObjectFile<'a>,
    pub(super) symbols: &'a Symbols,
    inventory: Inventory<'a>,
    outlines: Vec<Outline<'a>>,
    /// By section: the block that it is.
    homes: Vec<Option<Home>>,
}

/// A function before its code is read.
pub(super) struct Outline<'a> {
    pub(super) name: &'a str,
    /// The sections that are its blocks, by the block's number.
    pub(super) sections: Vec<SectionIndex>,
}

/// Where a block belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) function: StencilId,
    pub(super) block: BlockId,
}

/// What a symbol stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// What the driver says.
    Symbol(HoleKind),
    /// A function of this object.
    Function(StencilId),
    /// A place in the section of a block.
    Block { section: SectionIndex, offset: u64 },
    /// A place in a section of constants.
    Constant { section: SectionIndex, offset: u64 },
    /// A section of constants.
    Constants(SectionIndex),
}

impl<'a> Parts<'a> {
    /// Finds the functions with all their blocks, the constants, and the data tables.
    pub(super) fn take(
        file: &'a ObjectFile<'a>,
        symbols: &'a Symbols,
    ) -> Result<Parts<'a>, ReadError> {
        let inventory = Inventory::take(file, symbols.table())?;
        let homes = vec![None; file.sections.len()];
        let mut parts = Parts { file, symbols, inventory, outlines: Vec::new(), homes };
        parts.claim_constants()?;
        parts.outline_functions();
        Ok(parts)
    }

    fn claim_constants(&mut self) -> Result<(), ReadError> {
        for section in self.file.sections.iter().filter(|section| constants::are_in(section)) {
            constants::check(section, |symbol| self.label(symbol)).map_err(|problem| {
                ReadError::Constants { section: section.name.to_owned(), problem }
            })?;
            self.inventory.claim(section.index, section.name);
        }
        Ok(())
    }

    fn outline_functions(&mut self) {
        let entries: Vec<_> = self.inventory.stencils().collect();
        for (id, (name, entry)) in entries.into_iter().enumerate() {
            let sections = self.reach(name, entry.index);
            for (block, section) in sections.iter().enumerate() {
                let home = Home { function: StencilId(id as u16), block: BlockId(block as u32) };
                self.homes[section.0] = Some(home);
            }
            self.outlines.push(Outline { name, sections });
        }
    }

    /// The sections that can be reached from a function's entry, without those that
    /// other functions have taken. The entry comes first.
    fn reach(&mut self, function: &'a str, entry: SectionIndex) -> Vec<SectionIndex> {
        let mut sections = vec![entry];
        let mut read = 0;
        while let Some(&section) = sections.get(read) {
            for relocation in &self.file.section(section).relocations {
                if let Ok(Place::Block { section, .. }) = self.place(relocation.symbol)
                    && self.inventory.claim(section, function)
                {
                    sections.push(section);
                }
            }
            read += 1;
        }
        sections[1..].sort_unstable();
        sections
    }

    /// The functions, by number.
    pub(super) fn outlines(&self) -> &[Outline<'a>] {
        &self.outlines
    }

    /// Where a block belongs, if something refers to it.
    pub(super) fn home(&self, block: SectionIndex) -> Home {
        self.homes[block.0].expect("the first function that refers to a block has it")
    }

    /// What a symbol stands for, to which code refers.
    pub(super) fn place(&self, symbol: SymbolIndex) -> Result<Place, SymbolProblem> {
        if let Some(place) = self.label_at(self.file.symbol(symbol)) {
            return Ok(place);
        }
        match self.inventory.target(symbol)? {
            Target::Symbol(kind) => Ok(Place::Symbol(kind)),
            Target::Stencil(id) => Ok(Place::Function(id)),
        }
    }

    /// The place in this object that a label or a section's symbol stands for:
    /// how compilers refer to blocks and to constants.
    fn label_at(&self, symbol: &Symbol<'_>) -> Option<Place> {
        let Definition::Section { section, offset } = symbol.definition else { return None };
        let is_section = symbol.kind == SymbolKind::Section;
        let is_label = symbol.kind == SymbolKind::Untyped
            && symbol.binding == Binding::Local
            && symbol.visibility == Visibility::Default;
        let place = self.file.section(section);
        match place.kind {
            SectionKind::Text if is_label || is_section => Some(Place::Block { section, offset }),
            _ if !constants::are_in(place) => None,
            _ if is_section && offset == 0 => Some(Place::Constants(section)),
            _ if is_label => Some(Place::Constant { section, offset }),
            _ => None,
        }
    }

    /// Checks that everything in the object has found its place.
    pub(super) fn check_that_nothing_is_left(&self) -> Result<(), ReadError> {
        let mut labels =
            self.file.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Untyped);
        labels.try_for_each(|label| self.check_label(label))?;
        self.inventory.check_symbols(|symbol| self.label_at(symbol).is_some())?;
        self.file.sections.iter().try_for_each(|section| self.check_code(section))?;
        Ok(self.inventory.check_sections()?)
    }

    /// Checks that code is a block of a function.
    fn check_code(&self, section: &Section<'_>) -> Result<(), ReadError> {
        let has_code = section.kind == SectionKind::Text && section.size > 0;
        if !has_code || self.homes[section.index.0].is_some() {
            return Ok(());
        }
        let (block, problem) = (self.block_label(section), BlockProblem::Unreachable);
        Err(ReadError::Block { block, problem })
    }

    /// Checks that a label in code is that of a block.
    fn check_label(&self, label: &Symbol<'_>) -> Result<(), ReadError> {
        let Some(Place::Block { section, offset }) = self.label_at(label) else { return Ok(()) };
        let place = self.file.section(section);
        if offset == 0 && label.size == place.size {
            return Ok(());
        }
        let problem = BlockProblem::Part { section: place.name.to_owned() };
        Err(ReadError::Block { block: format!("`{}`", label.name), problem })
    }

    /// The data tables that the driver asked for, with their names.
    pub(super) fn tables(&self) -> Result<Vec<(String, Vec<u8>)>, ExtractError> {
        self.inventory.tables()
    }

    /// What to call a symbol in a message.
    pub(super) fn label(&self, symbol: SymbolIndex) -> String {
        self.inventory.label(symbol)
    }

    /// What to call a block in a message: the name of a symbol that stands for it,
    /// or else the number of its section.
    pub(super) fn block_label(&self, block: &Section<'_>) -> String {
        let start = Definition::Section { section: block.index, offset: 0 };
        let is_name = |symbol: &&Symbol<'_>| symbol.definition == start && !symbol.name.is_empty();
        match self.file.symbols.iter().find(is_name) {
            Some(symbol) => format!("`{}`", symbol.name),
            None => format!("{} (section `{}`)", block.index.0, block.name),
        }
    }
}
