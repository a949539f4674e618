//! Stubs: copies of one stencil, each with words of its own.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ch02_stencils::{CodeAddress, CodeOffset, HoleKind};
use ch03_relocations::arch::{Arch, X86_64};
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{Library, LinkError};
use ch03_relocations::{Role, Symbols};
use ch04_executable_memory::{Arena, ArenaOptions, Code, Named, Strategy, SystemCall};
use ch05_code_cache::{CallCounting, StubError, StubGenerator};

use crate::host::{Nobody, ask};
use crate::shop::{Shop, arena, execute};
use crate::system::Refusing;

const OBJECT: &[u8] =
    include_bytes!("../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/stubs-medium.o");
const TAPE: &[u8] =
    include_bytes!("../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/tape-medium.o");

/// How many bytes a stub has that counts.
pub(crate) const STUB_BYTES: usize = 46;

const COUNTER: HoleKind = HoleKind(0);
const CODE: HoleKind = HoleKind(1);

/// What counts calls: `count_call` of `stubs.c`.
pub(crate) fn counting() -> CallCounting<X86_64> {
    let names = ["HOLE_COUNTER", "HOLE_CODE", "HOLE_CACHE", "HOLE_ASK", "cache_enter"];
    let library = library(OBJECT, names.map(|name| (name, Role::Outside)));
    let id = library.find("count_call").expect("`stubs.c` has it");
    let stub = StubGenerator::new(&library, id).expect("it goes on outside");
    CallCounting { stub, counter: COUNTER, code: CODE }
}

fn library<'a>(object: &[u8], names: impl IntoIterator<Item = (&'a str, Role)>) -> Library<X86_64> {
    let library = Library::new_trusted(object, Symbols::new(names), Peepholes::ALL);
    library.expect("the object is the right one")
}

/// The stencils of `tape.c`, for which the next step is what `next` says.
fn tape(next: Role) -> Library<X86_64> {
    let names = ["HOLE_DIGIT", "HOLE_BEGIN", "HOLE_END", "HOLE_COUNTER", "tape_print"];
    let outside = names.map(|name| (name, Role::Outside));
    library(TAPE, outside.into_iter().chain([("HOLE_NEXT", next)]))
}

fn named(name: &str) -> Arc<Named> {
    Arc::new(Named(name.to_owned()))
}

/// Frees code that is not executed any more.
fn free(code: impl IntoIterator<Item = Code>) {
    code.into_iter().for_each(|code| code.free(&Nobody).expect("nobody is in it"));
}

#[test]
fn each_stub_has_words_of_its_own() {
    let mut shop = Shop::for_functions(8);
    let own = arena(Strategy::DualMapping);
    let cells = own.cells(4).expect("there is memory");
    let CallCounting { stub, .. } = counting();
    let mut batch = own.batch();
    let mut stubs = Vec::new();
    for (key, cell) in (0..4).zip(cells.words()) {
        let code = shop.call(key).expect("there is room").0;
        let word = |symbol| if symbol == CODE { code } else { cell.as_ptr() as u64 };
        stubs.push(stub.write(&mut batch, named("counts"), word).expect("there is memory"));
    }
    let code = batch.publish().expect("it may be executed");
    for (key, count) in [(0, 1), (1, 5), (2, 0), (3, 2)] {
        for _ in 0..count {
            assert_eq!(execute(stubs[key], &mut |_| ()), Some(key as f64));
        }
        assert_eq!(cells.words()[key].load(Ordering::Relaxed), count);
    }
    free(code);
    shop.close();
}

#[test]
fn the_arena_knows_a_stub_by_its_name() {
    let arena = arena(Strategy::DualMapping);
    let mut batch = arena.batch();
    let CallCounting { stub, .. } = counting();
    stub.write(&mut batch, named("the first"), |_| 1 << 30).expect("there is memory");
    let code = batch.publish().expect("it may be executed");
    let name = |place: ch04_executable_memory::Place<'_>| match place {
        ch04_executable_memory::Place::Code { what, .. } => what.name().to_owned(),
        _ => panic!("there is code"),
    };
    assert_eq!(arena.locate(code[0].address(CodeOffset(0)), name).as_deref(), Some("the first"));
    free(code);
}

#[test]
fn what_a_stub_leads_to_may_be_anywhere() {
    let own = arena(Strategy::DualMapping);
    let cells = own.cells(1).expect("there is memory");
    let mut batch = own.batch();
    let word = |symbol| match symbol {
        CODE => ask as *const () as u64,
        _ => cells.words()[0].as_ptr() as u64,
    };
    let entry = counting().stub.write(&mut batch, named("far"), word).expect("there is memory");
    let code = batch.publish().expect("it may be executed");
    assert_eq!(execute(entry, &mut |_| ()), None, "it is asked");
    assert_eq!(cells.words()[0].load(Ordering::Relaxed), 1);
    free(code);
}

#[test]
fn a_stencil_that_goes_on_with_another_one_is_no_stub() {
    let library = tape(Role::Next);
    let id = library.find("increment").expect("`tape.c` has it");
    let error = StubGenerator::new(&library, id).expect_err("there is no other one");
    assert!(matches!(error, LinkError::RunsOff { .. }), "{error}");
}

#[test]
fn what_does_not_fit_a_stub_s_hole_is_an_error() {
    let library = tape(Role::Outside);
    let id = library.find("digit").expect("`tape.c` has it");
    let stub = StubGenerator::new(&library, id).expect("it goes on outside");
    let arena = arena(Strategy::DualMapping);
    let mut batch = arena.batch();
    let error = stub.write(&mut batch, named("large"), |_| 1 << 40).expect_err("it has 32 bits");
    assert!(matches!(error, StubError::Place(_)), "{error}");
    assert_eq!(batch.size(), 0);
    stub.write(&mut batch, named("small"), |_| 7).expect("it fits");
    let code = batch.publish().expect("it may be executed");
    assert_eq!((code.len(), arena.usage().pieces), (1, 1));
    free(code);
}

#[test]
fn without_memory_there_is_no_stub() {
    let pages = Arc::new(Refusing::default());
    let arena = Arena::new(pages.clone(), ArenaOptions::new(X86_64::TRAP));
    pages.refuse(|call| call == SystemCall::Reserve);
    let mut batch = arena.batch();
    let error = counting().stub.write(&mut batch, named("none"), |_| 0);
    assert!(matches!(error, Err(StubError::Memory(_))), "{error:?}");
}

#[test]
fn stubs_of_a_batch_lie_beside_each_other() {
    let arena = arena(Strategy::DualMapping);
    let mut batch = arena.batch();
    let CallCounting { stub, .. } = counting();
    let mut write = |number: usize| stub.write(&mut batch, named(&number.to_string()), |_| 1 << 30);
    let starts: Vec<CodeAddress> = (0..100).map(|number| write(number).expect("memory")).collect();
    let code = batch.publish().expect("it may be executed");
    assert!(code.iter().zip(&starts).all(|(code, &start)| code.address(CodeOffset(0)) == start));
    assert!(starts.is_sorted() && starts[99].0 - starts[0].0 <= 99 * 64);
    free(code);
}
