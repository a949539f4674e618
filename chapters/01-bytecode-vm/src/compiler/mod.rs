//! The compiler: from syntax tree to bytecode in one walk, statement by
//! statement, as CPython's `Python/compile.c` does. It folds and combines
//! nothing, so that a listing can be read beside its source. Chapter 1 of the
//! book, "Compiling", follows one loop through it.

mod assembler;
mod expression;
mod scope;
mod statement;
mod unit;
mod unsupported;

use indexmap::IndexSet;
use ruff_python_ast::ModModule;

use crate::code::{CodeObject, Program};
use crate::error::SourceError;
use crate::source::SourceText;
use crate::syntax;
use crate::value::{CodeId, StringId};
use unit::Unit;

/// Compiles a source.
///
/// # Errors
/// When it is no Python, or Python that the language does not have.
///
/// # Panics
/// When the compiler has a bug: the verifier refuses what it made.
pub fn compile(source: SourceText) -> Result<Program, (SourceText, SourceError)> {
    let compiled = syntax::with_tree(&source, |tree| {
        let mut program = ProgramParts::new(tree);
        Unit::module(&source, &mut program, tree).compile()?;
        Ok(program)
    });
    let program = match compiled {
        Ok(program) => program,
        Err(error) => return Err((source, error)),
    };
    let codes = program.codes.into_iter().map(|code| code.expect("every code object was finished"));
    let names = program.names.into_iter().collect();
    let strings = program.strings.into_iter().collect();
    Program::new(source.clone(), codes.collect(), names, strings).map_err(|error| (source, error))
}

/// What grows while the code objects of a program are compiled.
struct ProgramParts {
    /// In the order in which their `def`s are met; `None` while it is being compiled.
    codes: Vec<Option<CodeObject>>,
    names: IndexSet<String>,
    strings: IndexSet<String>,
    /// Whether some statement binds the module variable `range`.
    rebinds_range: bool,
}

impl ProgramParts {
    fn new(tree: &ModModule) -> ProgramParts {
        // The module's own variables come first, in the order in which it is
        // likely to bind them: CPython suggests similar names in that order.
        let names = scope::module_variables(&tree.body);
        let rebinds_range =
            names.contains("range") || scope::is_global_in_a_function("range", &tree.body);
        ProgramParts { codes: Vec::new(), names, strings: IndexSet::new(), rebinds_range }
    }

    fn reserve_code(&mut self) -> CodeId {
        self.codes.push(None);
        CodeId(self.codes.len() as u32 - 1)
    }

    fn name(&mut self, name: &str) -> u32 {
        if name == "__name__" {
            // The VM binds it to this string.
            self.string("__main__");
        }
        self.names.get_index_of(name).unwrap_or_else(|| self.names.insert_full(name.to_owned()).0)
            as u32
    }

    fn string(&mut self, text: &str) -> StringId {
        let index = self.strings.get_index_of(text);
        StringId(index.unwrap_or_else(|| self.strings.insert_full(text.to_owned()).0) as u32)
    }
}
