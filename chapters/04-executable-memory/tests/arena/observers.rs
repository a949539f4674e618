//! Whoever is told of code.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::thread;

use ch02_stencils::{CodeAddress, CodeOffset};
use ch04_executable_memory::{
    Arena, ArenaOptions, Cells, Describe, Observer, Strategy, SystemCall, SystemPages,
};

use crate::numbered::{BOTH, Numbers, TRAP, arena, machine_code, options, publish};
use crate::roots::Roots;
use crate::watched::Watched;

/// Keeps a list of all code, and of what it should not have been told.
#[derive(Debug, Default)]
struct List {
    code: Mutex<BTreeMap<u64, usize>>,
    contradictions: Mutex<Vec<String>>,
    names: Mutex<Vec<String>>,
}

impl Observer for List {
    fn published(&self, start: CodeAddress, code: &[u8], what: &dyn Describe) {
        let mut list = self.code.lock().unwrap();
        let before = list.range(..start.0 + code.len() as u64).next_back();
        if let Some((&other, &bytes)) =
            before.filter(|&(&other, &bytes)| other + bytes as u64 > start.0)
        {
            let words = format!("{:#x} is in {bytes} bytes from {other:#x}", start.0);
            self.contradictions.lock().unwrap().push(words);
        }
        list.insert(start.0, code.len());
        let is_written = code.last().is_some_and(|&byte| byte == 0xc3);
        self.names.lock().unwrap().push(format!("{} {is_written}", what.name()));
    }

    fn freed(&self, start: CodeAddress, bytes: usize) {
        if self.code.lock().unwrap().remove(&start.0) != Some(bytes) {
            self.contradictions.lock().unwrap().push(format!("{:#x} was not there", start.0));
        }
    }
}

fn listed(strategy: Strategy) -> (Arc<List>, Arc<Watched>, Arc<Arena>) {
    let (list, pages) = (Arc::new(List::default()), Arc::new(Watched::default()));
    let observers: Vec<Arc<dyn Observer>> = vec![list.clone()];
    let arena = Arena::new(pages.clone(), ArenaOptions { observers, ..options(strategy) });
    (list, pages, arena)
}

#[test]
fn an_observer_is_told_of_all_code_in_the_order_in_which_it_was_finished() {
    for strategy in BOTH {
        let (list, _, arena) = listed(strategy);
        let mut numbers = Numbers::new(&arena);
        for number in 0..4 {
            numbers.add(number, 30_000, 16).expect("there is memory");
        }
        assert!(list.names.lock().unwrap().is_empty(), "nothing is published");
        let functions = numbers.publish().expect("code may be executed");
        let names = list.names.lock().unwrap().clone();
        assert_eq!(names, ["returns 0 true", "returns 1 true", "returns 2 true", "returns 3 true"]);
        let starts: Vec<u64> = list.code.lock().unwrap().keys().copied().collect();
        assert!(functions.iter().all(|function| starts.contains(&function.addresses().start)));
        functions.into_iter().for_each(|function| function.free().expect("nobody executes it"));
        assert!(list.code.lock().unwrap().is_empty());
    }
}

#[test]
fn an_observer_is_not_told_of_what_was_refused() {
    let (list, pages, arena) = listed(Strategy::Flips);
    let function = publish(&arena, 1, 100).expect("there is memory");
    pages.refuse(|call| call.call == SystemCall::Protect);
    publish(&arena, 2, 100).expect_err("it is refused");
    let (function, _) = function.free().expect_err("it is refused");
    assert_eq!(list.code.lock().unwrap().len(), 1);
    assert_eq!(list.names.lock().unwrap().len(), 1);
    function.assert_works();
}

#[test]
fn an_observer_hears_that_code_is_gone_before_there_is_other_code() {
    for strategy in BOTH {
        let (list, _, arena) = listed(strategy);
        thread::scope(|scope| {
            for number in 0..2 {
                let arena = &arena;
                scope.spawn(move || {
                    for _ in 0..2000 {
                        let function = publish(arena, number, 100).expect("there is memory");
                        function.free().expect("nobody executes it");
                    }
                });
            }
        });
        assert_eq!(*list.contradictions.lock().unwrap(), [""; 0], "with {strategy:?}");
    }
}

/// A description that has something of the arena's.
#[derive(Debug)]
struct WithCells(#[expect(dead_code, reason = "it is kept")] Cells);

impl Describe for WithCells {
    fn name(&self) -> &str {
        "with cells"
    }

    fn describe(&self, _: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[test]
fn a_description_may_own_the_cells_of_its_code() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let what = Arc::new(WithCells(arena.cells(4).expect("there is memory")));
        let mut batch = arena.batch();
        let mut draft = batch.draft(100, 16).expect("there is memory");
        draft.bytes_mut().copy_from_slice(&machine_code(1, 100));
        draft.finish(what);
        let code = batch.publish().expect("code may be executed").remove(0);
        code.free(&Roots::none()).expect("nobody executes it");
        assert!(arena.trim().expect("the cells are free again") > 0);
    }
}

#[test]
fn an_arena_may_be_made_again_with_the_same_options() {
    let options = ArenaOptions::new(TRAP);
    let arenas =
        [options.clone(), options].map(|options| Arena::new(Arc::new(SystemPages), options));
    let functions = arenas.each_ref().map(|arena| publish(arena, 1, 100).expect("there is memory"));
    functions.iter().for_each(|function| function.assert_works());
}
