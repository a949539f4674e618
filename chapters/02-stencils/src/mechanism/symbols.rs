//! What a driver tells the reader of objects: which symbols its stencils may
//! leave open. The mechanism knows none of them. Chapter 2 of the book, "Whose
//! hole is this?".

use std::collections::HashMap;

/// What a hole stands for, as its driver has numbered it; opaque to the mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoleKind(pub u16);

/// The symbols that the stencils of a driver may refer to, and its data tables.
#[derive(Clone, Debug, Default)]
pub struct SymbolTable {
    names: Vec<String>,
    kinds: HashMap<String, HoleKind>,
    tables: Vec<String>,
}

impl SymbolTable {
    /// A table of symbols, whose kinds are numbered in this order: 0, 1, 2, …
    ///
    /// # Panics
    /// When a name occurs twice, or there are more than 65,536.
    #[must_use]
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> SymbolTable {
        let mut table = SymbolTable::default();
        for name in names {
            let kind =
                HoleKind(u16::try_from(table.names.len()).expect("a number for each symbol"));
            table.names.push(name.to_owned());
            let twice = table.kinds.insert(name.to_owned(), kind);
            assert!(twice.is_none(), "the symbol `{name}` has two kinds");
        }
        table
    }

    /// Adds a data table: a constant array of the object that the driver wants to
    /// read. Any other data in an object is an error.
    #[must_use]
    pub fn with_data_table(mut self, name: &str) -> SymbolTable {
        self.tables.push(name.to_owned());
        self
    }

    /// The kind of a symbol, if stencils may refer to it.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<HoleKind> {
        self.kinds.get(name).copied()
    }

    /// The kinds of all symbols.
    pub fn kinds(&self) -> impl Iterator<Item = HoleKind> {
        (0..self.names.len()).map(|kind| HoleKind(kind as u16))
    }

    /// The symbol's name.
    ///
    /// # Panics
    /// When the kind is another table's.
    #[must_use]
    pub fn name(&self, kind: HoleKind) -> &str {
        &self.names[kind.0 as usize]
    }

    /// The data tables that the driver wants to read, by name.
    pub fn data_tables(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(String::as_str)
    }

    /// Whether the driver wants to read the data table with this name.
    #[must_use]
    pub fn is_data_table(&self, name: &str) -> bool {
        self.tables.iter().any(|table| table == name)
    }
}
