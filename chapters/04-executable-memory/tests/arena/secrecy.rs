//! Where code can be written is told to nobody who does not write it; and nobody who is
//! told something keeps the arena from others.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{
    Arena, ArenaOptions, Cells, Describe, Observer, Place, Retired, Strategy, SystemPages,
};

use crate::numbered::{Numbers, SHORTEST, arena, options, publish};

/// Whether the text that is printed of a value has an address near this one in it.
fn tells(value: &dyn Debug, alias: usize) -> bool {
    let text = format!("{value:?}");
    // The alias begins with a guard page, which would tell as much.
    [alias, alias - 4096].iter().any(|address| text.contains(&format!("{:x}", address >> 20)))
}

#[test]
fn what_is_printed_of_a_value_does_not_tell_where_code_can_be_written() {
    let arena = arena(Strategy::DualMapping);
    let mut batch = arena.batch();
    let mut draft = batch.draft(100, 16).unwrap();
    let alias = draft.bytes_mut().as_ptr() as usize;
    assert!(!tells(&draft, alias), "a draft");
    drop(draft);
    assert!(!tells(&batch, alias), "a batch");
    drop(batch);
    let code = publish(&arena, 7, SHORTEST).unwrap().into_code();
    assert!(!tells(&code, alias), "code");
    assert!(!tells(&arena.cells(1).unwrap(), alias), "cells");
    assert!(!tells(&arena, alias), "the arena");
    let mut retired = Retired::default();
    retired.push(code);
    assert!(!tells(&retired, alias), "retired code");
}

#[test]
fn whoever_is_told_what_lies_somewhere_may_ask_the_arena() {
    let arena = arena(Strategy::DualMapping);
    let function = publish(&arena, 7, SHORTEST).unwrap();
    let address = CodeAddress(function.addresses().start);
    let pieces = arena.locate(address, |place| {
        assert!(matches!(place, Place::Code { .. }));
        arena.usage().pieces
    });
    assert_eq!(pieces, Some(1));
}

/// Panics when code is freed.
#[derive(Debug)]
struct Clumsy;

impl Observer for Clumsy {
    fn published(&self, _: CodeAddress, _: &[u8], _: &dyn Describe) {}

    fn freed(&self, _: CodeAddress, _: usize) {
        panic!("an observer has made a mistake");
    }
}

/// A description that owns cells, which go back to the arena with it.
#[derive(Debug)]
struct WithCells {
    _cells: Cells,
}

impl Describe for WithCells {
    fn name(&self) -> &str {
        "with cells"
    }

    fn describe(
        &self,
        _: ch02_stencils::CodeOffset,
        out: &mut dyn std::fmt::Write,
    ) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

#[test]
fn an_observer_that_panics_keeps_nobody_from_the_arena() {
    let observers: Vec<Arc<dyn Observer>> = vec![Arc::new(Clumsy)];
    let options = ArenaOptions { observers, ..options(Strategy::DualMapping) };
    let arena = Arena::new(Arc::new(SystemPages), options);
    let mut batch = arena.batch();
    let what = WithCells { _cells: arena.cells(1).unwrap() };
    batch.draft(100, 16).unwrap().finish(Arc::new(what));
    let code = batch.publish().unwrap().remove(0);
    let freed = catch_unwind(AssertUnwindSafe(|| crate::numbered::free(code)));
    assert!(freed.is_err(), "the observer's panic is not hidden");
    let mut numbers = Numbers::new(&arena);
    numbers.add(8, SHORTEST, 16).unwrap();
    assert_eq!(numbers.publish().unwrap()[0].call(), 8);
}
