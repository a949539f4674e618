//! Objects that are cut off, and ten thousand that are damaged: whatever is wrong
//! with a file, the answer is an error or a library that can be used; no panic, no
//! hang, and little memory.
//!
//! An allocation beyond the limit ends the whole process, without a word about
//! which object it was: its seed is in the file `bad-objects-seed` in Cargo's
//! folder for temporary files, `target/tmp`.

mod damage;
mod prebuilt;

use std::alloc::System;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, Write};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use cap::Cap;
use ch02_stencils::object_file::{Binding, Definition, ObjectFile, SymbolKind};
use ch02_stencils::{ExtractError, StencilLibrary, SymbolTable, Target, extract};
use fastrand::Rng;

use crate::damage::Anatomy;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 64 << 20);

const TARGET: &str = "x86_64-unknown-linux-gnu";

const SEED_FILE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/bad-objects-seed");

const OBJECTS: u64 = 10_000;

/// An object takes milliseconds; after this, a reader hangs.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn an_object_that_is_cut_off_anywhere_is_refused() {
    for object in prebuilt::objects(TARGET) {
        let symbols = symbols_of(&object.bytes);
        for length in 0..object.bytes.len() {
            let result = extract(&object.bytes[..length], &symbols);
            assert!(result.is_err(), "{} may end at {length}", object.name);
        }
    }
}

#[test]
fn damaged_objects_are_refused_or_make_sound_libraries() {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || read_all(&sender));
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..OBJECTS {
        let outcome = receiver.recv_timeout(PATIENCE);
        let outcome = outcome.unwrap_or_else(|_| panic!("reading hangs or panics; seed: {seed}"));
        *outcomes.entry(outcome).or_default() += 1;
    }
    println!("{outcomes:#?}");
    assert!(outcomes[EXTRACTED] > OBJECTS / 20, "some damage does not keep from reading");
    assert!(outcomes.len() > 35, "there are many ways to be damaged");
}

const EXTRACTED: &str = "extracted";

/// Reads one damaged object after the other and reports what came of it.
fn read_all(outcomes: &Sender<String>) {
    let objects = prebuilt::objects(TARGET);
    let objects: Vec<_> = objects.into_iter().map(Specimen::new).collect();
    let mut seed_file = File::create(SEED_FILE).expect("there is a folder for this");
    for seed in 0..OBJECTS {
        seed_file.rewind().and_then(|()| write!(seed_file, "{seed:4}")).expect("it is a file");
        let mut rng = Rng::with_seed(seed);
        let specimen = &objects[rng.usize(..objects.len())];
        let damaged = damage::damage(&specimen.bytes, &specimen.anatomy, &mut rng);
        let outcome = match extract(&damaged, &specimen.symbols) {
            Ok(library) => {
                assert_sound(&library);
                EXTRACTED.to_owned()
            }
            Err(error) => kind(&error),
        };
        if outcomes.send(outcome).is_err() {
            return;
        }
    }
}

/// A good object, and what is needed to damage and to read it.
struct Specimen {
    bytes: Vec<u8>,
    anatomy: Anatomy,
    symbols: SymbolTable,
}

impl Specimen {
    fn new(object: prebuilt::Prebuilt) -> Specimen {
        let anatomy = Anatomy::of(&object.bytes);
        let symbols = symbols_of(&object.bytes);
        extract(&object.bytes, &symbols).expect("it is good at first");
        Specimen { bytes: object.bytes, anatomy, symbols }
    }
}

/// All undefined symbols of an object, and all its data as tables.
fn symbols_of(bytes: &[u8]) -> SymbolTable {
    let object = ObjectFile::parse(bytes).expect("it is good at first");
    let global = object.symbols.iter().filter(|symbol| symbol.binding == Binding::Global);
    let (undefined, defined): (Vec<_>, Vec<_>) =
        global.partition(|symbol| symbol.definition == Definition::Undefined);
    let table = SymbolTable::new(undefined.iter().map(|symbol| symbol.name));
    let data = defined.iter().filter(|symbol| symbol.kind == SymbolKind::Object);
    data.fold(table, |table, symbol| table.with_data_table(symbol.name))
}

/// Checks what whoever copies and patches relies on.
fn assert_sound(library: &StencilLibrary) {
    for (id, stencil) in library.iter() {
        assert_eq!(library.get(id), stencil);
        let mut end = 0;
        for hole in &stencil.holes {
            assert!(hole.bytes().start >= end, "holes are sorted and do not overlap");
            assert!(stencil.code[hole.bytes()].iter().all(|&byte| byte == 0), "holes are empty");
            end = hole.bytes().end;
        }
        let mut place = vec![0; stencil.code.len()];
        stencil.copy_and_patch(&mut place, |target| match target {
            Target::Symbol(kind) => kind.0.into(),
            Target::Stencil(id) => library.get(id).code.len() as u64,
        });
    }
}

/// What kind of error it is: the names of the variants, without what is in them.
fn kind(error: &ExtractError) -> String {
    let message = error.to_string();
    assert!(!message.is_empty() && !message.contains(char::is_control), "{message:?}");
    let printed = format!("{error:?}");
    let outside_strings: String = printed.split('"').step_by(2).collect();
    let words = outside_strings.split(|c: char| !c.is_alphanumeric());
    let variants = words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()));
    variants.collect::<Vec<_>>().join(" ")
}
