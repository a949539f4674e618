//! What the symbols of an object are to its stencils.

use super::super::object_file::{
    Binding, Definition, ObjectFile, SectionIndex, Symbol, SymbolIndex, SymbolKind, Visibility,
};
use super::super::symbols::{HoleKind, SymbolTable};
use super::error::SymbolProblem;

/// What a symbol is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    /// It names a stencil, which is in this section.
    Stencil(SectionIndex),
    /// It names a data table that the driver asked for, in this section.
    Table(SectionIndex),
    /// It is the driver's to fill in.
    Open(HoleKind),
    /// It stands for a section, to which nothing may refer.
    Section,
    /// It tells what the source file was called.
    File,
}

/// What a symbol is for, or why it should not be there.
pub(super) fn role(
    symbol: &Symbol<'_>,
    object: &ObjectFile<'_>,
    symbols: &SymbolTable,
) -> Result<Role, SymbolProblem> {
    match (symbol.kind, symbol.binding, symbol.definition) {
        (SymbolKind::File, Binding::Local, Definition::Absolute) => return Ok(Role::File),
        (SymbolKind::Section, Binding::Local, Definition::Section { .. }) => {
            return Ok(Role::Section);
        }
        (SymbolKind::ThreadLocal, ..) => return Err(SymbolProblem::ThreadLocal),
        (SymbolKind::Common, ..) | (.., Definition::Common) => return Err(SymbolProblem::Common),
        (.., Definition::Absolute) => return Err(SymbolProblem::Absolute),
        (_, Binding::Weak, _) => return Err(SymbolProblem::Weak),
        _ => {}
    }
    if symbol.visibility != Visibility::Default {
        return Err(SymbolProblem::Hidden);
    }
    let Definition::Section { section, .. } = symbol.definition else {
        return symbols.kind(symbol.name).map(Role::Open).ok_or(SymbolProblem::NotSupplied);
    };
    let is_local = symbol.binding == Binding::Local;
    match symbol.kind {
        _ if symbol.name.is_empty() => Err(SymbolProblem::Nameless),
        SymbolKind::Function if is_local => Err(SymbolProblem::Local),
        SymbolKind::Function => Ok(Role::Stencil(section)),
        SymbolKind::Object if !is_local && symbols.is_data_table(symbol.name) => {
            Ok(Role::Table(section))
        }
        SymbolKind::Object => {
            Err(SymbolProblem::Data { section: object.section(section).name.to_owned() })
        }
        _ => Err(SymbolProblem::Untyped),
    }
}

/// What to call a symbol in a message: by its name, by that of the section that it
/// stands for, or by its number.
pub(super) fn label(index: SymbolIndex, object: &ObjectFile<'_>) -> String {
    let symbol = object.symbol(index);
    let name = match symbol.definition {
        Definition::Section { section, .. } if symbol.kind == SymbolKind::Section => {
            object.section(section).name
        }
        _ => symbol.name,
    };
    if name.is_empty() { index.0.to_string() } else { format!("`{name}`") }
}
