//! What a driver tells the linker of its symbols: what kind of value each stands
//! for. Chapter 3 of the book, "Who fills what".

use ch02_stencils::{HoleKind, SymbolTable};

/// What the value of a symbol is, and who knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The code of the step that comes next. The linker knows it.
    Next,
    /// The code of a step that the driver names.
    Label,
    /// A number that the driver knows, and which is the same wherever the code is.
    Number,
    /// An address outside of the image, which is known when the image is placed.
    Outside,
}

/// The symbols that stencils may leave open, each with its role, and the data
/// tables that the driver wants to read.
#[derive(Clone, Debug)]
pub struct Symbols {
    table: SymbolTable,
    /// By kind.
    roles: Vec<Role>,
}

impl Symbols {
    /// How many symbols may stand for labels and numbers: these have to come first.
    pub const FILLED: usize = 64;

    /// Symbols with their roles, numbered in this order: 0, 1, 2, …
    ///
    /// # Panics
    /// When a name occurs twice, there are more than 65,536, two are [`Role::Next`],
    /// or one that is not [`Role::Outside`] is not among the first
    /// [`FILLED`](Self::FILLED).
    #[must_use]
    pub fn new<'a>(symbols: impl IntoIterator<Item = (&'a str, Role)>) -> Symbols {
        let (names, roles): (Vec<&str>, Vec<Role>) = symbols.into_iter().unzip();
        let late = roles.iter().skip(Self::FILLED).find(|&&role| role != Role::Outside);
        assert_eq!(late, None, "the symbols that a step fills come first");
        let next = roles.iter().filter(|&&role| role == Role::Next).count();
        assert!(next <= 1, "the step that comes next has one symbol");
        Symbols { table: SymbolTable::new(names), roles }
    }

    /// Adds a data table: a constant array of the object that the driver wants to
    /// read, and which no code refers to.
    #[must_use]
    pub fn with_data_table(mut self, name: &str) -> Symbols {
        self.table = self.table.with_data_table(name);
        self
    }

    /// The names and numbers.
    #[must_use]
    pub fn table(&self) -> &SymbolTable {
        &self.table
    }

    /// The role of a symbol.
    ///
    /// # Panics
    /// When the kind is another table's.
    #[must_use]
    pub fn role(&self, kind: HoleKind) -> Role {
        self.roles[usize::from(kind.0)]
    }

    /// The symbol that stands for the next step, if there is one.
    #[must_use]
    pub fn next(&self) -> Option<HoleKind> {
        self.table.kinds().find(|&kind| self.role(kind) == Role::Next)
    }
}
