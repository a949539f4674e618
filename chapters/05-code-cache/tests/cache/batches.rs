//! All functions at once.

use std::sync::Arc;

use ch03_relocations::arch::{Arch, X86_64};
use ch04_executable_memory::{Arena, ArenaOptions, Strategy, SystemCall};
use ch05_code_cache::{CacheOptions, Refused};

use crate::shop::Shop;
use crate::system::Refusing;
use crate::toy::{Broken, bytes_of};

fn compile_all(shop: &mut Shop, keys: impl IntoIterator<Item = u32>) -> usize {
    shop.cache.compile_all(keys).expect("there is memory")
}

#[test]
fn all_functions_can_be_compiled_before_any_is_called() {
    let mut shop = Shop::for_functions(8);
    assert_eq!(compile_all(&mut shop, 0..8), 8);
    assert_eq!((shop.resident().len(), shop.cache.statistics().visits), (8, 0));
    for key in 0..8 {
        let entry = shop.cache.way_in(key).expect("it is awake");
        assert_eq!(shop.run(entry), f64::from(key));
    }
    shop.close();
}

#[test]
fn the_entries_are_for_the_caller_to_set_or_for_the_first_call() {
    let mut shop = Shop::for_functions(8);
    compile_all(&mut shop, 0..8);
    assert_eq!((shop.host.take_log(), shop.host.listings.get()), (vec![], 0));
    shop.plans.take_compiled();
    let entry = shop.call(3).expect("it is there");
    assert_eq!((shop.awake(), shop.cache.way_in(3)), (vec![3], Some(entry)));
    assert!(shop.plans.take_compiled().is_empty());
    shop.close();
}

#[test]
fn what_has_code_is_not_compiled_again() {
    let mut shop = Shop::for_functions(8);
    shop.call_all([2, 5]);
    shop.plans.take_compiled();
    assert_eq!(compile_all(&mut shop, 0..7), 5);
    assert_eq!(shop.plans.take_compiled(), [0, 1, 3, 4, 6]);
    assert_eq!(compile_all(&mut shop, 0..7), 0);
    shop.close();
}

#[test]
fn what_is_named_twice_is_compiled_once() {
    let mut shop = Shop::for_functions(8);
    assert_eq!(compile_all(&mut shop, [3, 4, 3, 3, 4]), 2);
    assert_eq!(shop.plans.take_compiled(), [3, 4]);
    assert_eq!((shop.arena.usage().pieces, shop.cache.statistics().bytes), (2, 2 * bytes_of(4)));
    shop.close();
}

#[test]
fn no_more_is_compiled_than_there_is_room_for() {
    let mut shop = Shop::for_functions(4);
    shop.call_all([9]);
    assert_eq!(compile_all(&mut shop, 0..8), 3);
    assert_eq!(shop.resident(), [0, 1, 2, 9], "nobody has to go");
    assert_eq!(shop.cache.statistics().evicted, 0);
    assert_eq!(compile_all(&mut shop, 0..8), 0);
    shop.close();
}

#[test]
fn behind_what_is_too_large_there_may_be_something_that_fits() {
    let mut shop = Shop::new(3 * bytes_of(4) + bytes_of(1));
    shop.plans.set(1, |plan| plan.numbers = 40);
    shop.plans.set(5, |plan| plan.numbers = 1);
    assert_eq!(compile_all(&mut shop, 0..8), 4);
    assert_eq!(shop.resident(), [0, 2, 3, 5]);
    assert_eq!(shop.cache.statistics().bytes, 3 * bytes_of(4) + bytes_of(1));
    shop.close();
}

#[test]
fn what_did_not_fit_is_compiled_when_it_is_called() {
    let mut shop = Shop::for_functions(4);
    compile_all(&mut shop, 0..6);
    shop.assert_works(5);
    assert_eq!(shop.resident(), [1, 2, 3, 5]);
    assert_eq!(shop.cache.statistics().recompiled, 0, "it was not kept the first time");
    shop.close();
}

#[test]
fn what_was_compiled_first_is_the_coldest() {
    let mut shop = Shop::for_functions(8);
    compile_all(&mut shop, [5, 3, 7, 0, 1]);
    shop.call_all([2, 4]);
    assert_eq!(shop.cache.way_in(5), None, "it dozes");
    assert_eq!(shop.cache.way_in(3), shop.cache.get(3).map(|found| found.code.address(START)));
    shop.call_all([6, 8]);
    assert_eq!(shop.resident(), [0, 1, 2, 3, 4, 6, 7, 8]);
    shop.close();
}

const START: ch02_stencils::CodeOffset = ch02_stencils::CodeOffset(0);

#[test]
fn all_of_it_is_published_at_once() {
    let pages = Arc::new(Refusing::default());
    let options = ArenaOptions { strategy: Strategy::Flips, ..ArenaOptions::new(X86_64::TRAP) };
    let arena = Arena::new(pages.clone(), options);
    let mut shop = Shop::with(arena, CacheOptions::default());
    compile_all(&mut shop, 0..100);
    shop.cache.evict_all(&shop.host);
    pages.take_calls();
    compile_all(&mut shop, 0..100);
    let calls = pages.take_calls();
    let count = |call| calls.iter().filter(|&&made| made == call).count();
    assert_eq!((count(SystemCall::Synchronize), count(SystemCall::Protect)), (1, 1));
    shop.close();
}

#[test]
fn when_one_cannot_be_compiled_none_is() {
    let mut shop = Shop::for_functions(8);
    shop.plans.set(3, |plan| plan.is_broken = true);
    let error = shop.cache.compile_all(0..8).expect_err("one is broken");
    assert!(matches!(error, Refused::Compile(Broken(3))), "{error:?}");
    assert_eq!((shop.resident(), shop.arena.usage().pieces), (vec![], 0));
    assert_eq!(shop.cache.statistics().compiled, 0);
    shop.plans.set(3, |plan| plan.is_broken = false);
    assert_eq!(compile_all(&mut shop, 0..8), 8);
    shop.close();
}

#[test]
fn when_one_is_out_of_reach_none_is_compiled() {
    let mut shop = Shop::for_functions(8);
    shop.plans.set(3, |plan| plan.number = 1 << 40);
    let error = shop.cache.compile_all(0..8).expect_err("a number has 32 bits");
    assert!(matches!(error, Refused::Place(_)), "{error:?}");
    assert_eq!((shop.resident(), shop.arena.usage().pieces), (vec![], 0));
    shop.close();
}

#[test]
fn many_functions_are_as_good_as_one() {
    let mut shop = Shop::new(usize::MAX);
    assert_eq!(compile_all(&mut shop, 0..1000), 1000);
    for key in (0..1000).step_by(37) {
        shop.assert_works(key);
    }
    let statistics = shop.cache.statistics();
    assert_eq!((statistics.compiled, statistics.steps), (1000, 6000));
    assert_eq!((statistics.bytes, statistics.peak_bytes), (112_000, 112_000));
    shop.close();
}
