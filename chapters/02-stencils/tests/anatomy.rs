//! The stencils of this repository on the bench: listings, C sources, anatomies.

use std::collections::BTreeSet;

use ch00_workbench::{Line, Listing};
use ch02_stencils::driver::{Build, Objects, Stencils, symbol_table};
use ch02_stencils::listing::{self, Filling};
use ch02_stencils::{Excerpt, Target, dissect, find_source};

macro_rules! sources {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../../stencils/", $name)))),*]
    };
}

/// What both objects are compiled from.
const SOURCES: &[(&str, &str)] = sources![
    "include/op.h",
    "part1/stack.c",
    "part1/operators.c",
    "part1/control.c",
    "part1/calls.c",
    "part1/entry.c"
];

/// Columns on a wide terminal.
const WIDE: usize = 120;

fn load(build: Build) -> Stencils {
    Objects::Prebuilt.load(build).expect("the prebuilt objects are good")
}

fn source(build: Build, stencil: &str) -> Excerpt {
    let defines: &[&str] = match build {
        Build::Interpreter => &["INTERPRETER"],
        Build::JitLarge => &[],
    };
    find_source(SOURCES, defines, stencil).unwrap_or_else(|| panic!("{stencil} has a source"))
}

fn anatomy(name: &str, width: Option<usize>) -> String {
    let stencils = load(Build::JitLarge);
    let (build, library) = (stencils.build(), stencils.library().clone());
    let id = library.find(name).expect("there is a stencil of this name");
    dissect(&library, &symbol_table(), id, &source(build, name), width)
}

#[test]
fn every_stencil_has_a_source_of_its_own() {
    for build in [Build::Interpreter, Build::JitLarge] {
        let library = load(build).library().clone();
        let sources = library.iter().map(|(_, stencil)| source(build, &stencil.name));
        let places: BTreeSet<_> = sources.map(|source| (source.file, source.line)).collect();
        assert_eq!(places.len(), library.iter().len());
    }
}

#[test]
fn a_stencil_is_found_by_the_macro_that_makes_it() {
    let operators = "part1/operators.c";
    for (stencil, file, use_of_macro) in [
        ("BINARY_OP_ADD", operators, "BINARY(ADD, add)"),
        ("COMPARE_OP_LESS", operators, "COMPARE(LESS, <)"),
        ("LOAD_NAME", "part1/stack.c", "LOAD_VARIABLE(LOAD_NAME)"),
        ("slow_invert", operators, "SLOW_UNARY(slow_invert, rt_unary_invert)"),
        ("BINARY_OP", operators, "VARIANTS(BINARY_OP)"),
    ] {
        let source = source(Build::Interpreter, stencil);
        assert_eq!(source.file, file);
        assert_eq!(source.text.lines().last(), Some(use_of_macro));
        assert!(source.text.starts_with("#define "), "{}", source.text);
    }
}

#[test]
fn a_source_is_that_of_its_build() {
    let last_parameter = |build: Build| {
        let text = source(build, "enter").text;
        text.lines().next().and_then(|line| line.rsplit(", ").next()).map(str::to_owned)
    };
    assert_eq!(last_parameter(Build::JitLarge).as_deref(), Some("Op *start) {"));
    let dispatch = "const void *const *dispatch) {";
    assert_eq!(last_parameter(Build::Interpreter).as_deref(), Some(dispatch));
}

#[test]
fn an_anatomy_is_as_it_was() {
    for name in ["LOAD_FAST", "BINARY_OP_ADD", "IS_OP"] {
        insta::assert_snapshot!(format!("{name}_narrow"), anatomy(name, None));
        insta::assert_snapshot!(format!("{name}_wide"), anatomy(name, Some(WIDE)));
    }
}

#[test]
fn an_anatomy_uses_no_more_columns_than_there_are() {
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max();
    let narrow = anatomy("LOAD_FAST", None);
    let columns = widest(&anatomy("LOAD_FAST", Some(WIDE))).expect("it has lines");
    assert_ne!(anatomy("LOAD_FAST", Some(columns)), narrow);
    assert_eq!(anatomy("LOAD_FAST", Some(columns - 1)), narrow);
}

#[test]
fn a_filled_hole_shows_its_number_or_the_name_of_its_address() {
    let (library, symbols) = (load(Build::JitLarge).library().clone(), symbol_table());
    let stencil = library.get(library.find("FOR_ITER").expect("there is one"));
    let name = |target| match target {
        Target::Symbol(kind) => symbols.name(kind),
        Target::Stencil(_) => panic!("it refers to no stencil"),
    };
    let mut copy = vec![0; stencil.code.len()];
    stencil.copy_and_patch(&mut copy, |target| match name(target) {
        "HOLE_RANGE" => 24,
        _ => 0x7f00_0000_1000,
    });
    let filling = |target| match name(target) {
        "HOLE_RANGE" => Filling { name: "slots[3]".to_owned(), is_address: false },
        "HOLE_CONTINUE" => Filling { name: "f[8]".to_owned(), is_address: true },
        "HOLE_TARGET" => Filling { name: "f[12]".to_owned(), is_address: true },
        other => panic!("it has no hole {other}"),
    };
    let mut shown = Listing::default();
    shown.lines.push(Line { origin: "  7 FOR_ITER L2".to_owned(), ..Line::default() });
    shown.lines.extend(listing::placed(stencil, &copy, filling));
    insta::assert_snapshot!(shown);
}
