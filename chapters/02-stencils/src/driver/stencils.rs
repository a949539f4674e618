//! The stencils of a build, when they have been found to be what the engines
//! expect. Chapter 2 of the book, "Two compilers, one layout".

use ch01_bytecode_vm::{Opcode, Operand};

use super::abi::{self, AbiError};
use super::objects::Build;
use super::operations::OperationTable;
use super::symbol::{Symbol, symbol_table};
use crate::mechanism::{ExtractError, Stencil, StencilId, StencilLibrary, Target, extract};

/// The stencils of a build, with what is known of them. The engines run them, and
/// rely on what [`Objects::load`](super::Objects::load) has looked at: there is a
/// stencil for each instruction, its holes are some that the instruction can fill,
/// and the C had the same VM before it.
#[derive(Clone, Debug)]
pub struct Stencils {
    build: Build,
    library: StencilLibrary,
    operations: OperationTable,
    enter: StencilId,
    finish: Option<StencilId>,
}

/// What is wrong with an object.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// It is not made of stencils.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// It was compiled for another VM than this one.
    #[error("does not fit this program: {0}; run `cargo xtask stencils`")]
    Abi(#[from] AbiError),
    /// It lacks a stencil.
    #[error("has no stencil `{0}`; run `cargo xtask stencils`")]
    Missing(String),
    /// A stencil asks for what its instruction does not have.
    #[error("stencil `{stencil}` has a hole for {symbol:?}, which no such instruction can fill")]
    Hole {
        /// The stencil's name.
        stencil: String,
        /// What it asks for.
        symbol: Symbol,
    },
    /// A stencil would jump to code that is not copied along.
    #[error(
        "stencil `{stencil}` refers to `{other}`; have that inlined: `static inline`, always_inline"
    )]
    Reference {
        /// The stencil's name.
        stencil: String,
        /// The other's.
        other: String,
    },
}

impl Stencils {
    /// Reads an object, and looks whether the engines can rely on it.
    pub(super) fn new(build: Build, object: &[u8]) -> Result<Stencils, Defect> {
        let library = extract(object, &symbol_table())?;
        abi::check(library.table(abi::TABLE), build)?;
        let operations = OperationTable::new(|name| library.find(name), build);
        let operations = operations.map_err(Defect::Missing)?;
        let find = |name: &str| library.find(name).ok_or_else(|| Defect::Missing(name.to_owned()));
        let enter = find("enter")?;
        let finish = match build {
            Build::Interpreter => None,
            Build::JitLarge => Some(find("finish")?),
        };
        let stencils = Stencils { build, library, operations, enter, finish };
        match build {
            Build::Interpreter => stencils.check_interpreter()?,
            Build::JitLarge => stencils.check_jit()?,
        }
        Ok(stencils)
    }

    /// How they were compiled.
    #[must_use]
    pub fn build(&self) -> Build {
        self.build
    }

    /// All of them.
    #[must_use]
    pub fn library(&self) -> &StencilLibrary {
        &self.library
    }

    /// Those of the instructions.
    #[must_use]
    pub fn operations(&self) -> &OperationTable {
        &self.operations
    }

    /// The way in, an ordinary C function.
    #[must_use]
    pub fn enter(&self) -> StencilId {
        self.enter
    }

    /// Where the module returns to; an interpreter has no such code.
    #[must_use]
    pub fn finish(&self) -> Option<StencilId> {
        self.finish
    }

    /// An interpreter learns of the instruction when it runs: there are no holes
    /// for it.
    fn check_interpreter(&self) -> Result<(), Defect> {
        for (_, stencil) in self.library.iter() {
            check_holes(stencil, |symbol| matches!(symbol, Symbol::Runtime(_)))?;
        }
        Ok(())
    }

    /// A stencil of a JIT stands alone, and has only holes that an instruction of
    /// its opcode can fill.
    fn check_jit(&self) -> Result<(), Defect> {
        for (_, stencil) in self.library.iter() {
            self.check_that_it_stands_alone(stencil)?;
        }
        for id in [Some(self.enter), self.finish].into_iter().flatten() {
            check_holes(self.library.get(id), |_| false)?;
        }
        for (opcode, id) in self.operations.all() {
            check_holes(self.library.get(id), |symbol| can_fill(opcode, symbol))?;
        }
        Ok(())
    }

    fn check_that_it_stands_alone(&self, stencil: &Stencil) -> Result<(), Defect> {
        let mut others = stencil.holes.iter().filter_map(|hole| match hole.target {
            Target::Stencil(other) => Some(self.library.get(other).name.clone()),
            Target::Symbol(_) => None,
        });
        let stencil = stencil.name.clone();
        others.next().map_or(Ok(()), |other| Err(Defect::Reference { stencil, other }))
    }
}

fn check_holes(stencil: &Stencil, is_allowed: impl Fn(Symbol) -> bool) -> Result<(), Defect> {
    let symbols = stencil.holes.iter().filter_map(|hole| match hole.target {
        Target::Symbol(kind) => Some(Symbol::of(kind)),
        Target::Stencil(_) => None,
    });
    match symbols.into_iter().find(|&symbol| !is_allowed(symbol)) {
        Some(symbol) => Err(Defect::Hole { stencil: stencil.name.clone(), symbol }),
        None => Ok(()),
    }
}

/// Whether an instruction with this opcode says what goes into such a hole. The
/// verifier has then seen that it is in range.
#[must_use]
pub fn can_fill(opcode: Opcode, symbol: Symbol) -> bool {
    let operand = opcode.info().operand;
    match symbol {
        Symbol::Continue | Symbol::Index | Symbol::Operand | Symbol::Runtime(_) => true,
        Symbol::Target | Symbol::TargetIndex => operand == Operand::Target,
        Symbol::Constant => operand == Operand::Constant,
        Symbol::Local => operand == Operand::Local,
        Symbol::Variable => operand == Operand::Name,
        Symbol::Operands => matches!(operand, Operand::Count | Operand::Depth),
        Symbol::Range => matches!(opcode, Opcode::GetIter | Opcode::ForIter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERPRETER: &[u8] =
        include_bytes!("../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/interpreter.o");
    const JIT: &[u8] =
        include_bytes!("../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/jit-large.o");

    /// An object in which symbols have other names of the same length.
    fn renamed(object: &[u8], names: &[(&str, &str)]) -> Vec<u8> {
        let mut object = object.to_vec();
        for (old, new) in names {
            // A symbol's name may be the end of its section's: `.ltext.NAME`.
            let is_there = |at: &usize| {
                let starts = matches!(object[at - 1], 0 | b'.');
                starts && object[*at..].starts_with(format!("{old}\0").as_bytes())
            };
            // Names come behind everything else, the ABI table with its names among it.
            let at = (1..object.len()).rfind(is_there).expect("the object has the symbol");
            object[at..at + new.len()].copy_from_slice(new.as_bytes());
        }
        object
    }

    fn defect(build: Build, object: &[u8]) -> Defect {
        Stencils::new(build, object).expect_err("the object has a defect")
    }

    #[test]
    fn a_stencil_that_is_missing_is_named() {
        let missing = |name: &str| Defect::Missing(name.to_owned());
        let object = renamed(JIT, &[("finish", "finale")]);
        assert_eq!(defect(Build::JitLarge, &object), missing("finish"));
        let object = renamed(JIT, &[("POP_TOP", "POP_HAT")]);
        assert_eq!(defect(Build::JitLarge, &object), missing("POP_TOP"));
        let object = renamed(INTERPRETER, &[("BINARY_OP", "BINARY_UP")]);
        assert_eq!(defect(Build::Interpreter, &object), missing("BINARY_OP"));
    }

    #[test]
    fn a_hole_that_the_instruction_cannot_fill_is_named() {
        let swap = [
            ("HOLE_LOCAL", "HOLE_OTHER"),
            ("HOLE_RANGE", "HOLE_LOCAL"),
            ("HOLE_OTHER", "HOLE_RANGE"),
        ];
        assert_eq!(
            defect(Build::JitLarge, &renamed(JIT, &swap)),
            Defect::Hole { stencil: "LOAD_FAST".to_owned(), symbol: Symbol::Range }
        );
    }

    #[test]
    fn the_object_of_another_build_is_refused() {
        assert!(matches!(defect(Build::JitLarge, INTERPRETER), Defect::Abi(_)));
        assert!(matches!(defect(Build::Interpreter, JIT), Defect::Abi(_)));
    }

    #[test]
    fn every_symbol_of_the_list_is_in_some_stencil() {
        let library = Stencils::new(Build::JitLarge, JIT).expect("it is good").library;
        let holes: Vec<Target> = library
            .iter()
            .flat_map(|(_, stencil)| stencil.holes.iter().map(|hole| hole.target))
            .collect();
        for kind in symbol_table().kinds() {
            assert!(holes.contains(&Target::Symbol(kind)), "nobody wants {:?}", Symbol::of(kind));
        }
    }
}
