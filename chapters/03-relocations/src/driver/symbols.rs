//! The roles of chapter 2's symbols. Chapter 3 of the book, "Who fills what".

use ch02_stencils::driver::{Symbol, symbol_table};

use crate::mechanism::{Role, Symbols};

// ANCHOR: role
/// What kind of value a symbol stands for.
fn role(symbol: Symbol) -> Role {
    match symbol {
        Symbol::Continue => Role::Next,
        Symbol::Target => Role::Label,
        Symbol::Runtime(_) => Role::Outside,
        Symbol::Operand | Symbol::Index | Symbol::TargetIndex | Symbol::Constant => Role::Number,
        Symbol::Local | Symbol::Variable | Symbol::Operands | Symbol::Range => Role::Number,
    }
}
// ANCHOR_END: role

/// What the reader of objects is told: chapter 2's symbols with their roles, and
/// the data table with which an object proves its ABI.
#[must_use]
pub fn symbols() -> Symbols {
    let table = symbol_table();
    let symbols = table.kinds().map(|kind| (table.name(kind), role(Symbol::of(kind))));
    let symbols = Symbols::new(symbols);
    table.data_tables().fold(symbols, Symbols::with_data_table)
}
