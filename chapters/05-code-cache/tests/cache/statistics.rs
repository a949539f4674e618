//! What a cache says of itself.

use std::time::Duration;

use ch05_code_cache::{FunctionStatistics, Statistics, Token};

use crate::shop::Shop;
use crate::toy::bytes_of;

/// All but the time, of which nothing can be said.
fn statistics(shop: &Shop) -> Statistics {
    Statistics { compile_time: Duration::ZERO, ..shop.cache.statistics() }
}

fn of_function(shop: &Shop, key: u32) -> FunctionStatistics {
    let statistics = shop.cache.function_statistics(key);
    FunctionStatistics { compile_time: Duration::ZERO, ..statistics }
}

/// A cache with room for four functions, in which something of everything has happened.
fn eventful() -> Shop {
    let mut shop = Shop::for_functions(4);
    shop.plans.set(1, |plan| plan.tokens.push(Token(1)));
    shop.plans.set(5, |plan| plan.numbers = 5);
    shop.plans.set(6, |plan| plan.is_broken = true);
    shop.call_all([0, 1, 2, 3]); // 0 dozes
    shop.call_all([0]); // awake are 1, 2, 3, 0
    shop.call_all([5]); // for which 1 and 2 go; 3 dozes
    shop.cache.invalidate(Token(1), &shop.host);
    shop.call_all([1]); // for which 3 goes; 0 dozes
    shop.cache.invalidate(Token(1), &shop.host);
    shop.call(6).expect_err("it is broken");
    shop.enter_frames([0, 5]);
    shop.plans.set(7, |plan| plan.numbers = 12);
    shop.call(7).expect_err("nobody can go");
    shop.call(7).expect_err("there is no attempt");
    shop
}

#[test]
fn a_cache_counts_what_it_does() {
    let shop = eventful();
    let expected = Statistics {
        visits: 10,
        compiled: 6,
        recompiled: 1,
        woken: 1,
        evicted: 3,
        invalidated: 1,
        refused: 3,
        compile_time: Duration::ZERO,
        steps: 5 * 6 + 7,
        functions: 2,
        bytes: bytes_of(4) + bytes_of(5),
        peak_bytes: 4 * bytes_of(4),
    };
    assert_eq!(statistics(&shop), expected);
    shop.close();
}

#[test]
fn a_cache_counts_what_happens_to_each_function() {
    let shop = eventful();
    let none = FunctionStatistics::default();
    let bytes = bytes_of(4);
    let of = |key| of_function(&shop, key);
    let once = FunctionStatistics { visits: 1, compiled: 1, bytes, ..none };
    assert_eq!(of(0), FunctionStatistics { visits: 2, has_code: true, ..once });
    assert_eq!(of(1), FunctionStatistics { visits: 2, compiled: 2, discarded: 2, ..once });
    assert_eq!(of(2), FunctionStatistics { discarded: 1, ..once });
    assert_eq!(of(4), none);
    assert_eq!(of(5), FunctionStatistics { has_code: true, bytes: bytes_of(5), ..once });
    assert_eq!(of(6), FunctionStatistics { visits: 1, refused: 1, ..none });
    assert_eq!(of(7), FunctionStatistics { visits: 2, refused: 2, bytes: bytes_of(12), ..none });
    shop.close();
}

#[test]
fn a_cache_that_has_done_nothing_has_counted_nothing() {
    let shop = Shop::for_functions(4);
    assert_eq!(shop.cache.statistics(), Statistics::default());
    assert_eq!(shop.cache.function_statistics(3), FunctionStatistics::default());
    shop.close();
}

#[test]
fn the_most_bytes_that_there_were_are_not_forgotten() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..3);
    shop.cache.evict_all(&shop.host);
    shop.call_all([3]);
    let statistics = shop.cache.statistics();
    assert_eq!((statistics.bytes, statistics.peak_bytes), (bytes_of(4), 3 * bytes_of(4)));
    shop.close();
}

#[test]
fn the_time_that_it_took_to_compile_is_that_of_all_functions_together() {
    let mut shop = Shop::for_functions(2);
    for _ in 0..3 {
        shop.call_all(0..5);
    }
    let times = (0..5).map(|key| shop.cache.function_statistics(key).compile_time);
    assert_eq!(times.sum::<Duration>(), shop.cache.statistics().compile_time);
    shop.close();
}

#[test]
fn the_time_that_it_took_to_compile_a_batch_is_nobody_s_in_it() {
    let mut shop = Shop::for_functions(4);
    shop.cache.compile_all(0..4).expect("there is room");
    assert_eq!(shop.cache.function_statistics(3).compile_time, Duration::ZERO);
    assert_ne!(shop.cache.statistics().compile_time, Duration::ZERO);
    shop.close();
}

#[test]
fn a_call_that_is_not_a_visit_can_be_counted_as_one() {
    let mut shop = Shop::for_functions(4);
    shop.cache.count_visit(3);
    assert!(shop.cache.find(3, &shop.host).is_ok());
    let visits = (shop.cache.statistics().visits, shop.cache.function_statistics(3).visits);
    assert_eq!(visits, (1, 1));
    shop.close();
}

#[test]
fn the_cache_can_be_printed_for_whoever_debugs() {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..2);
    let text = format!("{:?}", shop.cache);
    assert!(text.contains("compiled: 2") && text.contains("budget: 448"), "{text}");
    shop.close();
}
