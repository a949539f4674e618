//! An object that is cut off, and ten thousand that are damaged: whatever is wrong
//! with a file, the answer is an error or functions that can be linked; no panic,
//! no hang, and little memory.
//!
//! An allocation beyond the limit ends the whole process, without a word about
//! which object it was: its seed is in the file `bad-objects-seed` in Cargo's
//! folder for temporary files, `target/tmp`.

#[path = "../../02-stencils/tests/damage/mod.rs"]
mod damage;
mod sound;

use std::alloc::System;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, Write};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use cap::Cap;
use ch02_stencils::object_file::{Binding, Definition, ObjectFile, SymbolKind};
use ch03_relocations::arch::X86_64;
use ch03_relocations::read::{ReadError, read};
use ch03_relocations::{Role, Symbols};
use fastrand::Rng;

use crate::damage::Anatomy;
use crate::sound::assert_sound;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 64 << 20);

const OBJECT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../stencils/prebuilt/x86_64-unknown-linux-gnu/jit-medium.o"
);

const SEED_FILE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/bad-objects-seed");

const OBJECTS: u64 = 10_000;

/// An object takes milliseconds; after this, a reader hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The object with blocks that ships with the repository.
fn good_object() -> Vec<u8> {
    std::fs::read(OBJECT).expect("the prebuilt object is in the workspace")
}

#[test]
fn an_object_that_is_cut_off_anywhere_is_refused() {
    let bytes = good_object();
    let symbols = symbols_of(&bytes);
    for length in 0..bytes.len() {
        assert!(read::<X86_64>(&bytes[..length], &symbols).is_err(), "it may end at {length}");
    }
}

#[test]
fn damaged_objects_are_refused_or_make_sound_functions() {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || read_all(&sender));
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..OBJECTS {
        let outcome = receiver.recv_timeout(PATIENCE);
        let outcome = outcome.unwrap_or_else(|_| panic!("reading hangs or panics; seed: {seed}"));
        *outcomes.entry(outcome).or_default() += 1;
    }
    println!("{outcomes:#?}");
    assert!(outcomes[READ] > OBJECTS / 20, "some damage does not keep from reading");
    assert!(outcomes.len() > 35, "there are many ways to be damaged");
}

const READ: &str = "read";

/// Reads one damaged object after the other and reports what came of it.
fn read_all(outcomes: &Sender<String>) {
    let good = good_object();
    let (anatomy, symbols) = (Anatomy::of(&good), symbols_of(&good));
    assert_sound(&read::<X86_64>(&good, &symbols).expect("it is good at first"), &symbols);
    let mut seed_file = File::create(SEED_FILE).expect("there is a folder for this");
    for seed in 0..OBJECTS {
        seed_file.rewind().and_then(|()| write!(seed_file, "{seed:4}")).expect("it is a file");
        let damaged = damage::damage(&good, &anatomy, &mut Rng::with_seed(seed));
        let outcome = match read::<X86_64>(&damaged, &symbols) {
            Ok(object) => {
                assert_sound(&object, &symbols);
                READ.to_owned()
            }
            Err(error) => kind(&error),
        };
        if outcomes.send(outcome).is_err() {
            return;
        }
    }
}

/// All undefined symbols of an object, and all its data as tables.
fn symbols_of(bytes: &[u8]) -> Symbols {
    let object = ObjectFile::parse(bytes).expect("it is good at first");
    let global = object.symbols.iter().filter(|symbol| symbol.binding == Binding::Global);
    let (undefined, defined): (Vec<_>, Vec<_>) =
        global.partition(|symbol| symbol.definition == Definition::Undefined);
    let mut roles: Vec<_> =
        undefined.iter().map(|symbol| (symbol.name, role(symbol.name))).collect();
    roles.sort_by_key(|(_, role)| *role == Role::Outside);
    let data = defined.iter().filter(|symbol| symbol.kind == SymbolKind::Object);
    data.fold(Symbols::new(roles), |symbols, symbol| symbols.with_data_table(symbol.name))
}

fn role(symbol: &str) -> Role {
    match symbol {
        "HOLE_CONTINUE" => Role::Next,
        "HOLE_TARGET" => Role::Label,
        _ if symbol.starts_with("HOLE_") => Role::Number,
        _ => Role::Outside,
    }
}

/// What kind of error it is: the names of the variants, without what is in them.
fn kind(error: &ReadError) -> String {
    let message = error.to_string();
    assert!(!message.is_empty() && !message.contains(char::is_control), "{message:?}");
    let printed = format!("{error:?}");
    let outside_strings: String = printed.split('"').step_by(2).collect();
    let words = outside_strings.split(|c: char| !c.is_alphanumeric());
    let variants = words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()));
    variants.collect::<Vec<_>>().join(" ")
}
