//! Counting calls. Functions are called here as code calls them: a jump through the
//! entry's word, which the test does not see.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ch02_stencils::{CodeAddress, CodeOffset};
use ch04_executable_memory::{Arena, Cells, Code, Named, Place, Strategy};
use ch05_code_cache::{CacheOptions, Token};
use fastrand::Rng;

use crate::host::{KEYS, Nobody};
use crate::shop::{Shop, arena, execute};
use crate::stubs::counting;
use crate::toy::{bytes_of, name_of};

/// A cache that counts calls, and what calls its functions.
struct Counted {
    shop: Shop,
    /// By key. They have an arena of their own.
    callers: Vec<Code>,
}

/// Makes a caller for each of the host's entries.
fn callers(arena: &Arc<Arena>, shop: &Shop) -> Vec<Code> {
    let mut batch = arena.batch();
    for key in 0..KEYS {
        let cell = shop.host.cell(key).to_le_bytes();
        // movabs rax, [cell]; jmp rax
        let code = [&[0x48, 0xa1], &cell[..], &[0xff, 0xe0]].concat();
        let mut draft = batch.draft(code.len(), 16).expect("there is memory");
        draft.bytes_mut().copy_from_slice(&code);
        draft.finish(Arc::new(Named(format!("caller of {key}"))));
    }
    batch.publish().expect("code may be executed")
}

impl Counted {
    fn for_functions(count: usize) -> Counted {
        let mut counted = Counted::that_does_not_yet(Shop::for_functions(count));
        counted.shop.cache.count_calls(counting());
        counted
    }

    /// Does not count before it is told to.
    fn that_does_not_yet(shop: Shop) -> Counted {
        let callers = callers(&arena(Strategy::DualMapping), &shop);
        Counted { shop, callers }
    }

    /// Calls a function, which asks for its code if it has none.
    fn call(&mut self, key: u32) {
        let caller = self.callers[key as usize].address(CodeOffset(0));
        let result = execute(caller, &mut |_| ()).unwrap_or_else(|| {
            let code = self.shop.cache.enter(key, &self.shop.host).expect("there is room");
            assert_eq!(self.shop.name_at(code), Some(name_of(key)), "it has been counted");
            self.shop.run(code)
        });
        assert_eq!(result, f64::from(key));
    }

    fn calls(&self, key: u32) -> Option<u64> {
        self.shop.cache.function_statistics(key).calls
    }

    fn visits(&self, key: u32) -> u64 {
        self.shop.cache.function_statistics(key).visits
    }

    fn close(self) {
        self.callers.into_iter().for_each(|code| code.free(&Nobody).expect("nobody is in it"));
        self.shop.close();
    }
}

#[test]
fn a_call_either_asks_for_code_or_is_counted_before_it() {
    let mut counted = Counted::for_functions(8);
    for calls in 1..10 {
        counted.call(3);
        assert_eq!((counted.calls(3), counted.visits(3)), (Some(calls), 1));
    }
    assert_eq!((counted.calls(4), counted.visits(4)), (Some(0), 0));
    counted.close();
}

#[test]
fn entries_lead_to_what_counts() {
    let mut counted = Counted::for_functions(8);
    (0..8).for_each(|key| counted.call(key));
    counted.shop.assert_entries(Some("counter"));
    counted.close();
}

#[test]
fn the_arena_knows_what_counts_as_such() {
    let mut counted = Counted::for_functions(8);
    counted.call(3);
    let entry = counted.shop.host.entry(3).expect("it is awake");
    let words = counted.shop.arena.locate(CodeAddress(entry.0 + 13), |place| {
        let Place::Code { what, offset } = place else { panic!("there is code") };
        let mut words = String::new();
        what.describe(offset, &mut words).expect("a string has room");
        words
    });
    assert_eq!(words.as_deref(), Some("counter+0xd"));
    counted.close();
}

#[test]
fn where_calls_are_not_counted_their_number_is_not_known() {
    let mut counted = Counted::that_does_not_yet(Shop::for_functions(8));
    counted.call(3);
    counted.call(3);
    assert_eq!((counted.calls(3), counted.visits(3)), (None, 1));
    counted.shop.assert_entries(None);
    counted.close();
}

#[test]
fn calls_are_counted_from_the_next_code_on_that_is_compiled() {
    let mut counted = Counted::that_does_not_yet(Shop::for_functions(8));
    (0..3).for_each(|_| counted.call(3));
    counted.shop.cache.count_calls(counting());
    (0..3).for_each(|_| counted.call(3));
    assert_eq!(counted.calls(3), Some(1), "that which has asked");
    assert!(counted.shop.cache.evict(3, &counted.shop.host));
    (0..3).for_each(|_| counted.call(3));
    assert_eq!((counted.calls(3), counted.visits(3)), (Some(4), 2));
    counted.close();
}

#[test]
fn what_was_compiled_with_others_is_counted_too() {
    let mut counted = Counted::for_functions(8);
    counted.shop.cache.compile_all(0..8).expect("there is room");
    for key in 0..8 {
        (0..=key).for_each(|_| counted.call(key));
    }
    for key in 0..8 {
        assert_eq!((counted.calls(key), counted.visits(key)), (Some(u64::from(key) + 1), 1));
    }
    counted.close();
}

#[test]
fn the_count_goes_on_when_code_is_compiled_again() {
    let mut counted = Counted::for_functions(2);
    for round in 1..=5 {
        for key in 0..4 {
            (0..=key).for_each(|_| counted.call(key));
        }
        for key in 0..4 {
            assert_eq!(counted.calls(key), Some(round * (u64::from(key) + 1)));
            assert_eq!(counted.visits(key), round);
        }
    }
    assert!(counted.shop.cache.statistics().recompiled > 10);
    counted.close();
}

#[test]
fn the_count_goes_on_while_there_is_no_code() {
    let mut counted = Counted::for_functions(2);
    (0..5).for_each(|_| counted.call(0));
    counted.shop.cache.evict_all(&counted.shop.host);
    assert_eq!((counted.calls(0), counted.visits(0)), (Some(5), 1));
    counted.shop.cache.free_all(&Nobody);
    assert_eq!((counted.calls(0), counted.visits(0)), (Some(5), 1));
    counted.close();
}

#[test]
fn calls_that_are_refused_are_calls() {
    let mut counted = Counted::for_functions(2);
    counted.call(0);
    counted.shop.plans.set(1, |plan| plan.is_broken = true);
    for _ in 0..3 {
        counted.shop.call(1).expect_err("it is broken");
    }
    assert_eq!((counted.calls(1), counted.visits(1)), (Some(3), 3));
    counted.close();
}

#[test]
fn each_of_several_hundred_functions_has_its_own_count() {
    let mut counted = Counted::for_functions(400);
    let mut random = Rng::with_seed(55);
    let mut calls = [0; 300];
    for _ in 0..20_000 {
        let key = random.u32(..300);
        counted.call(key);
        calls[key as usize] += 1;
    }
    for (key, calls) in (0..).zip(calls) {
        assert_eq!(counted.calls(key), Some(calls), "function {key}");
    }
    counted.close();
}

#[test]
fn what_counts_is_freed_with_the_code() {
    let mut counted = Counted::for_functions(8);
    let pieces = |counted: &Counted| counted.shop.arena.usage().pieces;
    (0..8).for_each(|key| counted.call(key));
    assert_eq!(pieces(&counted), 16);
    counted.call(8);
    assert_eq!(pieces(&counted), 16);
    assert!(counted.shop.cache.evict(8, &counted.shop.host));
    assert_eq!(pieces(&counted), 14);
    counted.shop.cache.free_all(&Nobody);
    assert_eq!(pieces(&counted), 0);
    counted.close();
}

#[test]
fn what_counts_is_freed_although_somebody_will_return_to_the_code() {
    let mut counted = Counted::for_functions(8);
    counted.shop.plans.set(0, |plan| plan.tokens.push(Token(1)));
    counted.call(0);
    counted.shop.enter_frames([0]);
    counted.shop.cache.invalidate(Token(1), &counted.shop.host);
    assert_eq!(counted.shop.arena.usage().pieces, 1);
    assert_eq!(counted.shop.cache.statistics().bytes, bytes_of(4));
    counted.close();
}

#[test]
fn what_counts_is_not_part_of_the_budget() {
    let mut counted = Counted::for_functions(8);
    (0..8).for_each(|key| counted.call(key));
    let statistics = counted.shop.cache.statistics();
    assert_eq!((statistics.functions, statistics.bytes), (8, 8 * bytes_of(4)));
    assert_eq!(counted.shop.cache.function_statistics(0).bytes, bytes_of(4));
    counted.close();
}

#[test]
fn under_stress_all_calls_ask_and_are_counted_once() {
    let options = CacheOptions { is_stressed: true, ..CacheOptions::default() };
    let shop = Shop::with(arena(Strategy::DualMapping), options);
    let mut counted = Counted::that_does_not_yet(shop);
    counted.shop.cache.count_calls(counting());
    for key in [0, 0, 1, 2, 0] {
        counted.call(key);
    }
    assert_eq!((counted.calls(0), counted.visits(0)), (Some(3), 3));
    counted.close();
}

#[test]
fn a_word_that_counts_is_nobody_else_s_as_long_as_there_is_code_that_counts_with_it() {
    let mut shop = Shop::for_functions(8);
    shop.cache.count_calls(counting());
    shop.call_all([0]);
    let entry = shop.host.entry(0).expect("it is awake");
    let Shop { cache, host, arena, .. } = shop;
    drop((cache, host));
    // Small ones, which fit between others.
    let cells: Vec<Cells> = (0..400).map(|_| arena.cells(10).expect("there is memory")).collect();
    for _ in 0..5 {
        assert_eq!(execute(entry, &mut |_| ()), Some(0.0), "code that is dropped stays");
    }
    let words = cells.iter().flat_map(Cells::words);
    let changed = words.filter(|word| word.load(Ordering::Relaxed) != 0);
    assert_eq!(changed.count(), 0);
}

#[test]
#[should_panic(expected = "calls are being counted already")]
fn calls_are_counted_in_one_way_only() {
    let mut shop = Shop::for_functions(8);
    shop.cache.count_calls(counting());
    shop.cache.count_calls(counting());
}

#[test]
fn entering_goes_where_the_code_is() {
    let mut counted = Counted::for_functions(8);
    counted.call(0);
    let entry = counted.shop.cache.enter(0, &counted.shop.host).expect("it is there");
    let CodeAddress(start) = entry;
    assert_eq!(start, *counted.shop.addresses(0).start());
    assert_eq!((counted.calls(0), counted.visits(0)), (Some(2), 2));
    counted.close();
}
