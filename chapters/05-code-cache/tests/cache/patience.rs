//! How often a cache looks for room where it has found none. To look is to list all roots,
//! which the host counts.

use ch05_code_cache::Token;

use crate::shop::Shop;
use crate::toy::bytes_of;

/// A cache that is full, and in which somebody will return to all functions: 0 to 3.
fn full() -> Shop {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..4);
    shop.enter_frames(0..4);
    shop
}

/// Calls a function so many times, in vain; returns how many calls passed between those
/// that looked for room, and before the first.
fn gaps(shop: &mut Shop, key: u32, calls: usize) -> Vec<usize> {
    let (mut gaps, mut gap) = (Vec::new(), 0);
    for _ in 0..calls {
        shop.host.listings.set(0);
        shop.call(key).expect_err("nobody can go");
        if shop.host.listings.get() == 0 {
            gap += 1;
        } else {
            gaps.push(std::mem::take(&mut gap));
        }
    }
    gaps
}

#[test]
fn after_each_attempt_in_vain_twice_as_many_calls_pass_and_one() {
    let mut shop = full();
    assert_eq!(gaps(&mut shop, 4, 1 + 2 + 4 + 8 + 16), [0, 1, 3, 7, 15]);
    shop.close();
}

#[test]
fn no_more_than_1023_calls_pass() {
    let mut shop = full();
    let gaps = gaps(&mut shop, 4, 6000);
    assert_eq!(gaps[8..], [255, 511, 1023, 1023, 1023, 1023]);
    shop.close();
}

#[test]
fn while_there_is_no_attempt_nothing_is_compiled() {
    let mut shop = full();
    shop.plans.take_compiled();
    gaps(&mut shop, 4, 100);
    assert_eq!(shop.plans.take_compiled(), [4], "its size was not known");
    shop.close();
}

#[test]
fn each_function_has_patience_of_its_own() {
    let mut shop = full();
    assert_eq!(gaps(&mut shop, 4, 7), [0, 1, 3]);
    assert_eq!(gaps(&mut shop, 5, 7), [0, 1, 3]);
    shop.close();
}

#[test]
fn calls_of_what_has_code_do_not_wait() {
    let mut shop = full();
    gaps(&mut shop, 4, 10);
    for key in 0..4 {
        assert!(shop.cache.enter(key, &shop.host).is_ok());
    }
    shop.close();
}

/// Calls a function until it gets code, then throws that away and has the room taken.
fn succeed_and_lose(shop: &mut Shop, key: u32) {
    assert!((0..10_000).any(|_| shop.call(key).is_ok()), "there is room");
    assert!(shop.cache.evict(key, &shop.host));
    shop.call_all(0..4);
    shop.enter_frames(0..4);
}

#[test]
fn an_attempt_that_succeeds_ends_the_patience() {
    let mut shop = full();
    assert_eq!(gaps(&mut shop, 4, 15), [0, 1, 3, 7]);
    shop.host.set_roots([]);
    succeed_and_lose(&mut shop, 4);
    assert_eq!(gaps(&mut shop, 4, 7), [0, 1, 3]);
    shop.close();
}

#[test]
fn room_that_nobody_had_to_look_for_ends_the_patience_too() {
    let mut shop = full();
    assert_eq!(gaps(&mut shop, 4, 15), [0, 1, 3, 7]);
    shop.host.set_roots([]);
    assert!(shop.cache.evict(3, &shop.host));
    succeed_and_lose(&mut shop, 4);
    assert_eq!(gaps(&mut shop, 4, 7), [0, 1, 3]);
    shop.close();
}

#[test]
fn to_have_been_compiled_with_others_ends_the_patience_too() {
    let mut shop = full();
    assert_eq!(gaps(&mut shop, 4, 15), [0, 1, 3, 7]);
    shop.host.set_roots([]);
    assert!(shop.cache.evict(3, &shop.host));
    assert_eq!(shop.cache.compile_all([4]).expect("there is memory"), 1);
    succeed_and_lose(&mut shop, 4);
    assert_eq!(gaps(&mut shop, 4, 7), [0, 1, 3]);
    shop.close();
}

/// A cache with room for one function, and how often another one has thrown function 0
/// out.
fn thrown_out(times: u32) -> Shop {
    let mut shop = Shop::for_functions(1);
    for _ in 0..times {
        shop.call_patiently(0).expect("1 can go");
        shop.call_patiently(1).expect("0 can go");
    }
    shop
}

/// How many calls of function 0 are refused before it has code.
fn refused(shop: &mut Shop) -> usize {
    (0..).take_while(|_| shop.call(0).is_err()).count()
}

#[test]
fn code_that_had_to_go_four_times_comes_back_at_once() {
    for times in 0..=4 {
        let mut shop = thrown_out(times);
        assert_eq!(refused(&mut shop), 0, "after {times}");
        shop.close();
    }
}

#[test]
fn then_each_time_twice_as_many_calls_pass_and_one() {
    let expected = [1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 1023];
    for (times, expected) in (5..).zip(expected) {
        let mut shop = thrown_out(times);
        assert_eq!(refused(&mut shop), expected, "after {times}");
        shop.close();
    }
}

#[test]
fn where_there_is_room_nobody_waits_however_often_the_code_had_to_go() {
    let mut shop = thrown_out(20);
    assert!(shop.cache.evict(1, &shop.host));
    assert_eq!(refused(&mut shop), 0);
    shop.close();
}

#[test]
fn code_that_is_thrown_out_for_other_reasons_comes_back_at_once() {
    let mut shop = Shop::for_functions(1);
    for _ in 0..20 {
        shop.call(0).expect("there is room");
        assert!(shop.cache.evict(0, &shop.host));
        shop.call(0).expect("there is room");
        assert_eq!(shop.cache.evict_all(&shop.host), 1);
        shop.plans.set(0, |plan| plan.tokens = vec![Token(3)]);
        shop.call(0).expect("there is room");
        assert_eq!(shop.cache.invalidate(Token(3), &shop.host), 1);
    }
    shop.call(1).expect("there is room");
    assert_eq!(refused(&mut shop), 0);
    shop.close();
}

#[test]
fn a_caller_that_counts_the_calls_itself_asks_when_they_are_over() {
    let mut shop = full();
    for expected in [0, 1, 3, 7, 15] {
        assert_eq!(shop.cache.take_patience(4), expected);
        assert_eq!(gaps(&mut shop, 4, 1), [0], "the next one is an attempt");
    }
    assert_eq!(shop.cache.take_patience(5), 0, "it has never been called");
    assert_eq!(shop.cache.take_patience(0), 0, "it has code");
    shop.close();
}

#[test]
fn what_is_refused_is_counted_whether_there_was_an_attempt_or_not() {
    let mut shop = full();
    gaps(&mut shop, 4, 100);
    assert_eq!(shop.cache.statistics().refused, 100);
    assert_eq!(shop.cache.function_statistics(4).refused, 100);
    assert_eq!(shop.cache.function_statistics(4).visits, 100);
    assert_eq!(shop.cache.statistics().bytes, 4 * bytes_of(4));
    shop.close();
}
