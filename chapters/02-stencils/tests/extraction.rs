//! What we extract from the prebuilt objects, held against what LLVM's own reader
//! of objects says of them: every stencil, byte by byte, and every hole.

mod prebuilt;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use ch02_stencils::{StencilLibrary, SymbolTable, Target, extract};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;

/// The names under which systems have it.
const READERS: [&str; 2] = ["llvm-readobj-19", "llvm-readobj"];

const TARGET: &str = "x86_64-unknown-linux-gnu";

fn main() -> ExitCode {
    let trials = prebuilt::objects(TARGET).into_iter().map(|object| {
        let name = format!("extraction_agrees_with_llvm_readobj/{}", object.name);
        Trial::ignorable_test(name, move || check(&object))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn check(object: &prebuilt::Prebuilt) -> Result<Completion, Failed> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../stencils/prebuilt");
    let Some(report) = report(&path.join(TARGET).join(&object.name)) else {
        let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        let missing = "there is no llvm-readobj 19 here to hold the extraction against";
        return if is_ci { Err(missing.into()) } else { Ok(Completion::ignored_with(missing)) };
    };
    let theirs = Theirs::new(&report);
    let symbols = theirs.symbol_table();
    let library = extract(&object.bytes, &symbols)?;
    let expected = theirs.stencils();
    assert!(expected.iter().any(|stencil| !stencil.holes.is_empty()), "there are holes to compare");
    assert_eq!(ours(&library, &symbols), expected);
    for (table, bytes) in theirs.tables() {
        assert_eq!(library.table(&table), Some(&*bytes), "the table `{table}`");
    }
    Ok(Completion::Completed)
}

/// What llvm-readobj says of an object, if there is an llvm-readobj.
fn report(path: &std::path::Path) -> Option<Value> {
    let output = READERS.iter().find_map(|reader| {
        let mut command = Command::new(reader);
        command.args(["--elf-output-style=JSON", "--sections", "--section-data"]);
        command.args(["--section-relocations", "--symbols"]).arg(path);
        command.output().ok()
    })?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut files: Value = serde_json::from_slice(&output.stdout).expect("it writes JSON");
    Some(files[0].take())
}

/// A stencil in terms that both readers have.
#[derive(Debug, PartialEq)]
struct PlainStencil {
    name: String,
    code: Vec<u8>,
    holes: Vec<PlainHole>,
}

#[derive(Debug, PartialEq)]
struct PlainHole {
    offset: u64,
    relocation: String,
    symbol: String,
    addend: i64,
}

fn ours(library: &StencilLibrary, symbols: &SymbolTable) -> Vec<PlainStencil> {
    let hole = |hole: &ch02_stencils::Hole| PlainHole {
        offset: hole.offset.into(),
        relocation: "R_X86_64_64".to_owned(),
        symbol: match hole.target {
            Target::Symbol(kind) => symbols.name(kind).to_owned(),
            Target::Stencil(id) => library.get(id).name.clone(),
        },
        addend: hole.addend,
    };
    let stencils = library.iter().map(|(_, stencil)| PlainStencil {
        name: stencil.name.clone(),
        code: stencil.code.clone(),
        holes: stencil.holes.iter().map(hole).collect(),
    });
    stencils.collect()
}

/// The report, as lists.
struct Theirs {
    sections: Vec<Value>,
    symbols: Vec<Value>,
}

impl Theirs {
    fn new(report: &Value) -> Theirs {
        let list = |name: &str, entry: &str| {
            let list = report[name].as_array().expect("a list");
            list.iter().map(|value| value[entry].clone()).collect()
        };
        Theirs { sections: list("Sections", "Section"), symbols: list("Symbols", "Symbol") }
    }

    /// The names of the symbols of a type, and the numbers of their sections.
    fn symbols_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, u64)> {
        let of_kind = self.symbols.iter().filter(move |symbol| symbol["Type"]["Name"] == kind);
        of_kind.map(|symbol| (text(&symbol["Name"]["Name"]), number(&symbol["Section"]["Value"])))
    }

    /// All undefined symbols, and all data as tables.
    fn symbol_table(&self) -> SymbolTable {
        let untyped = self.symbols_of("None");
        let undefined = untyped.filter(|(name, section)| *section == 0 && !name.is_empty());
        let tables = self.symbols_of("Object");
        let table = SymbolTable::new(undefined.map(|(name, _)| name));
        tables.fold(table, |table, (name, _)| table.with_data_table(name))
    }

    fn stencils(&self) -> Vec<PlainStencil> {
        let mut functions: Vec<_> = self.symbols_of("Function").collect();
        functions.sort_by_key(|(_, section)| *section);
        let stencil = |(name, section): (&str, u64)| PlainStencil {
            name: name.to_owned(),
            code: self.bytes(section),
            holes: self.holes(section),
        };
        functions.into_iter().map(stencil).collect()
    }

    fn tables(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.symbols_of("Object").map(|(name, section)| (name.to_owned(), self.bytes(section)))
    }

    fn bytes(&self, section: u64) -> Vec<u8> {
        let bytes = self.sections[section as usize]["SectionData"]["Bytes"].as_array();
        bytes.expect("bytes").iter().map(|byte| number(byte) as u8).collect()
    }

    /// The relocations of a section: those in the table that names it.
    fn holes(&self, section: u64) -> Vec<PlainHole> {
        let is_for = |table: &&Value| {
            table["Type"]["Name"] == "SHT_RELA" && number(&table["Info"]) == section
        };
        let tables = self.sections.iter().filter(is_for);
        let relocations = tables.flat_map(|table| table["Relocations"].as_array().expect("a list"));
        let mut holes: Vec<_> = relocations.map(|entry| hole(&entry["Relocation"])).collect();
        holes.sort_by_key(|hole| hole.offset);
        holes
    }
}

fn hole(relocation: &Value) -> PlainHole {
    PlainHole {
        offset: number(&relocation["Offset"]),
        relocation: text(&relocation["Type"]["Name"]).to_owned(),
        symbol: text(&relocation["Symbol"]["Name"]).to_owned(),
        // It prints addends as if they had no sign.
        addend: number(&relocation["Addend"]) as i64,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number without a sign")
}
