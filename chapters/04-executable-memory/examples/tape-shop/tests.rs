//! What the shop promises.

use std::sync::{Arc, Mutex};
use std::thread;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Describe, InUse, Observer, Place};

use crate::shop::{ProgramId, Shop};
use crate::work::{Day, PROGRAMS, Tally, two_days};

/// Remembers where code was published.
#[derive(Debug, Default)]
struct Addresses(Mutex<Vec<CodeAddress>>);

impl Observer for Addresses {
    fn published(&self, start: CodeAddress, _: &[u8], _: &dyn Describe) {
        self.0.lock().unwrap().push(start);
    }

    fn freed(&self, _: CodeAddress, _: usize) {}
}

fn open() -> (Arc<Tally>, Shop) {
    let tally = Arc::new(Tally::default());
    (tally.clone(), Shop::new(tally))
}

fn compile(shop: &Shop, source: &str) -> ProgramId {
    shop.compile("test", source).expect("there is memory")
}

fn printed(shop: &Shop, id: ProgramId) -> Vec<f64> {
    let mut values = Vec::new();
    shop.run(id, &mut |value| values.push(value)).expect("it does not fail");
    values
}

#[test]
fn two_threads_get_the_results_that_rust_gets() {
    let (_, shop) = open();
    let days = two_days(&shop).expect("there is memory");
    let operations: [fn(f64) -> f64; 2] = [|value| value * 0.5, |value| value - 1.0];
    for (day, operation) in days.iter().zip(operations) {
        let mut expected = Day { word: day.word, ..Day::default() };
        for number in 0..PROGRAMS {
            let times = number % 7;
            let result = (0..times).fold((number % 10) as f64, |value, _| operation(value));
            expected.sum += result.abs();
            expected.counted += times as u64;
        }
        assert_eq!(*day, expected);
    }
}

#[test]
fn constants_have_all_their_bits_wherever_the_code_lies() {
    let (_, shop) = open();
    for words in 0..32 {
        let source = format!("{} 0 decrement halve print absolute print", "count ".repeat(words));
        assert_eq!(printed(&shop, compile(&shop, &source)), [-0.5, 0.5], "{source}");
    }
}

#[test]
fn each_program_counts_in_a_cell_of_its_own() {
    let (_, shop) = open();
    let [one, two] = ["count print", "count count print"].map(|source| compile(&shop, source));
    for times in 1..4 {
        assert_eq!((printed(&shop, one), printed(&shop, two)), (vec![0.0], vec![0.0]));
        assert_eq!((shop.counted(one), shop.counted(two)), (times, 2 * times));
    }
    shop.free(one).expect("nobody runs it");
    assert_eq!(shop.counted(compile(&shop, "count print")), 0);
}

#[test]
fn the_same_space_is_used_again_and_again() {
    let (tally, shop) = open();
    two_days(&shop).expect("there is memory");
    let usage = shop.arena.usage();
    assert_eq!((usage.pieces, usage.code, usage.free), (0, 0, usage.reserved));
    let [published, bytes, freed] = tally.counts();
    assert_eq!((published, freed), (2 * PROGRAMS, 2 * PROGRAMS));
    assert_eq!(usage.regions, 1);
    assert!(bytes > 4 * usage.populated, "{bytes} bytes of code in {}", usage.populated);
}

#[test]
fn a_program_that_goes_leaves_room_for_one_as_long() {
    let addresses = Arc::new(Addresses::default());
    let shop = Shop::new(addresses.clone());
    let (first, _behind) = (compile(&shop, "1 halve print"), compile(&shop, "2 print"));
    shop.free(first).expect("nobody runs it");
    let second = compile(&shop, "3 halve print");
    let published = addresses.0.lock().unwrap().clone();
    assert_eq!(published[2], published[0]);
    assert_eq!(printed(&shop, second), [1.5]);
}

#[test]
fn a_program_is_not_freed_while_a_thread_runs_it() {
    let (tally, shop) = open();
    let [running, idle] = ["3 print 4 print", "5 print"].map(|source| compile(&shop, source));
    let mut values = Vec::new();
    let print = &mut |value| {
        let freed = thread::scope(|scope| scope.spawn(|| shop.free(running)).join().unwrap());
        let refused = freed.expect_err("it is running");
        assert!(matches!(refused.downcast_ref(), Some(InUse::Root(_))), "{refused}");
        values.push(value);
        if values.len() == 1 {
            shop.free(idle).expect("nobody runs it");
        }
    };
    shop.run(running, print).expect("it does not fail");
    assert_eq!(values, [3.0, 4.0], "the code is still what it was");
    assert_eq!((tally.counts()[2], shop.arena.usage().pieces), (1, 1));
    shop.free(running).expect("nobody runs it");
}

#[test]
fn a_program_that_runs_twice_at_once_stays_until_both_have_ended() {
    let (_, shop) = open();
    let id = compile(&shop, "1 print");
    shop.run(id, &mut |_| {
        assert_eq!(printed(&shop, id), [1.0]);
        shop.free(id).expect_err("the outer one has not ended");
    })
    .expect("it does not fail");
    shop.free(id).expect("both have ended");
}

#[test]
fn the_word_that_fails_is_found_by_the_address_of_its_code() {
    let (_, shop) = open();
    let failed = |source| {
        let id = compile(&shop, source);
        shop.run(id, &mut |_| {}).expect_err("it fails").to_string()
    };
    assert_eq!(failed("left"), "`test`, column 1: left");
    assert_eq!(failed("1 check decrement\ndecrement check"), "`test`, column 29: check");
    assert_eq!(failed(&"right ".repeat(20)), "`test`, column 91: right");
}

#[test]
fn at_an_address_there_is_a_program_until_it_is_freed() {
    let addresses = Arc::new(Addresses::default());
    let shop = Shop::new(addresses.clone());
    let id = compile(&shop, "1 print");
    let start = addresses.0.lock().unwrap()[0];
    let name = |place: Place<'_>| match place {
        Place::Code { what, .. } => Some(what.name().to_owned()),
        _ => None,
    };
    assert_eq!(shop.arena.locate(start, name), Some(Some("test".to_owned())));
    shop.free(id).expect("nobody runs it");
    assert_eq!(shop.arena.locate(start, name), Some(None), "room for code, and no code");
}

#[test]
fn a_program_gives_its_cell_back_with_its_code() {
    let (_, shop) = open();
    let id = compile(&shop, "count");
    shop.free(id).expect("nobody runs it");
    assert!(shop.arena.trim().expect("the system takes it back") > 0);
}

#[test]
fn what_is_no_word_is_refused_by_its_column() {
    let (tally, shop) = open();
    for source in ["1 print 12", "1 print finish", "1 print jump"] {
        let refused = shop.compile("test", source).err().expect("it is no word");
        assert_eq!(refused.to_string(), "column 9: no such word", "{source}");
    }
    assert_eq!(tally.counts(), [0; 3]);
}
