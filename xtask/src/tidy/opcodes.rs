//! The opcodes are written once, in chapter 1's table. The stencils' C has a
//! function for each of them, and none for anything else.

use std::collections::BTreeSet;
use std::path::Path;

use crate::tidy::c_functions::{Macros, rows};
use crate::tidy::tree::{Complaint, File, Tree};

/// The table of opcodes.
const TABLE: &str = "chapters/01-bytecode-vm/src/opcode.rs";

/// The folder with the functions.
const FUNCTIONS: &str = "stencils/part1";

/// The folder with the macros that they are written with.
const MACROS: &str = "stencils/include";

/// The macro that says: this opcode has a function for each operand.
const VARIANTS: &str = "VARIANTS";

/// A function of the C whose name begins with a capital, as an opcode's does.
struct Function<'t> {
    name: String,
    file: &'t File,
    line: usize,
}

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let sources: Vec<&File> =
        tree.files_with(&["c"]).filter(|file| file.path.starts_with(FUNCTIONS)).collect();
    let Some(table) = tree.file(TABLE).filter(|_| !sources.is_empty()) else { return Vec::new() };
    let opcodes = opcodes(table);
    if opcodes.is_empty() {
        return vec![
            table.complaint(1, "there is no row in `opcodes! { … }`; where is the table?"),
        ];
    }
    let headers = tree.files_with(&["h"]).filter(|file| file.path.starts_with(MACROS));
    let macros = Macros::of(headers.chain(sources.iter().copied()));
    let functions = functions(&sources, &macros);
    let without_function = opcodes
        .iter()
        .filter(|(_, opcode)| functions.iter().all(|function| function.name != *opcode));
    let without_function = without_function.map(|(line, opcode)| {
        table.complaint(*line, format!("{opcode} has no function; write one in {FUNCTIONS}"))
    });
    let names: BTreeSet<&str> = opcodes.iter().map(|(_, opcode)| *opcode).collect();
    let variants = variants(&sources);
    let without_opcode = functions.iter().filter_map(|function| {
        let what = objection(&function.name, &names, &variants)?;
        Some(function.file.complaint(function.line, what))
    });
    without_function.chain(without_opcode).collect()
}

/// What is wrong with a function of this name.
fn objection(name: &str, opcodes: &BTreeSet<&str>, variants: &BTreeSet<String>) -> Option<String> {
    let is_variant = |opcode: &String| {
        let rest = name.strip_prefix(opcode.as_str());
        rest.is_some_and(|rest| rest.starts_with('_')) && opcodes.contains(opcode.as_str())
    };
    if opcodes.contains(name) || variants.iter().any(is_variant) {
        return None;
    }
    let table = Path::new(TABLE).display();
    Some(format!(
        "{name} is no opcode of {table}, and no variant of one that has `{VARIANTS}(…)`; \
         what is not for an opcode is written in small letters"
    ))
}

/// The names in the rows of `opcodes! { … }`, each with its line.
fn opcodes(table: &File) -> Vec<(usize, &str)> {
    let lines = table.text.lines().enumerate();
    let rows = lines.skip_while(|(_, line)| *line != "opcodes! {").skip(1);
    let rows = rows.take_while(|(_, line)| *line != "}");
    let rows = rows.filter(|(_, line)| !line.trim_start().starts_with("//"));
    rows.filter_map(|(index, line)| Some((index + 1, line.split('"').nth(1)?))).collect()
}

/// The functions of the C files whose names begin with a capital.
fn functions<'t>(sources: &[&'t File], macros: &Macros<'_>) -> Vec<Function<'t>> {
    let mut functions = Vec::new();
    for &file in sources {
        for row in rows(file) {
            let names = macros.functions(&row).into_iter();
            let names = names.filter(|name| name.starts_with(char::is_uppercase));
            functions.extend(names.map(|name| Function { name, file, line: row.line }));
        }
    }
    functions
}

/// The opcodes that have a function for each operand.
fn variants(sources: &[&File]) -> BTreeSet<String> {
    let rows = sources.iter().flat_map(|file| rows(file));
    let rows = rows.filter(|row| row.macro_name == VARIANTS);
    rows.filter_map(|row| row.arguments.into_iter().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "#define VARIANTS(opcode) OP(opcode) {}\n";
    const ROWS: &str = "macro_rules! opcodes {\n    ($name:literal) => {};\n}\n\n\
                        opcodes! {\n    // variant  name\n    PopTop = \"POP_TOP\" (Unused): \"pops\";\n\
                        \x20   BinaryOp = \"BINARY_OP\" (Binary): \"computes\";\n}\n\n\
                        const OTHER: &str = \"OTHER\";\n";
    const C: &str = "// x\nOP(POP_TOP) {\n}\nVARIANTS(BINARY_OP)\nOP(BINARY_OP_ADD) {\n}\n\
                     OP(finish) {\n}\n";

    fn complaints(table: &str, c: &str) -> Vec<String> {
        let files = [(TABLE, table), ("stencils/part1/a.c", c), ("stencils/include/op.h", HEADER)];
        check(&Tree::sample(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_function_for_each_opcode_is_fine() {
        assert_eq!(complaints(ROWS, C), [""; 0]);
    }

    #[test]
    fn an_opcode_without_a_function_is_found_in_the_table() {
        let complaints = complaints(ROWS, &C.replace("OP(POP_TOP)", "OP(pop_top)"));
        let what = "POP_TOP has no function; write one in stencils/part1";
        assert_eq!(complaints, [format!("{TABLE}:7: {what}")]);
    }

    #[test]
    fn a_function_without_an_opcode_is_found_in_the_c() {
        let complaints = complaints(ROWS, &C.replace("OP(finish)", "OP(POP_TWO)"));
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with("stencils/part1/a.c:7: POP_TWO is no opcode"));
    }

    #[test]
    fn only_an_opcode_that_says_so_has_variants() {
        let complaints = complaints(ROWS, &C.replace("OP(finish)", "OP(POP_TOP_TWICE)"));
        assert_eq!(complaints.len(), 1, "{complaints:?}");
    }

    #[test]
    fn a_table_that_is_written_otherwise_is_not_an_empty_one() {
        let complaints = complaints("opcodes! (\n);\n", C);
        assert!(complaints[0].contains("where is the table?"), "{complaints:?}");
    }

    #[test]
    fn without_c_there_is_nothing_to_agree_with() {
        assert_eq!(check(&Tree::sample(&[(TABLE, ROWS)])), []);
    }
}
