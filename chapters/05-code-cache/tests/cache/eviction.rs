//! Whose code is thrown away when there is no room for more.

use crate::host::Event;
use crate::shop::Shop;
use crate::toy::bytes_of;

#[test]
fn nothing_is_evicted_while_there_is_room() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..8);
    assert_eq!(shop.resident(), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(shop.cache.statistics().evicted, 0);
    shop.close();
}

#[test]
fn one_byte_less_is_no_room() {
    let mut shop = Shop::new(8 * bytes_of(4) - 1);
    shop.call_all(0..8);
    assert_eq!(shop.resident(), [1, 2, 3, 4, 5, 6, 7]);
    shop.close();
}

#[test]
fn what_has_dozed_for_longest_goes_first() {
    let mut shop = Shop::for_functions(8);
    shop.call_all([4, 2, 0, 1, 3, 5, 6, 7]);
    assert_eq!(shop.awake(), [0, 1, 3, 5, 6, 7]);
    shop.call_all([8]);
    assert_eq!(shop.resident(), [0, 1, 2, 3, 5, 6, 7, 8], "4 has dozed longer than 2");
    shop.call_all([9]);
    assert_eq!(shop.resident(), [0, 1, 3, 5, 6, 7, 8, 9]);
    shop.close();
}

#[test]
fn when_nothing_dozes_any_more_what_has_been_awake_for_longest_goes() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..8);
    shop.call_all([0]);
    // Now 1 dozes, and awake are 2, 3, 4, 5, 6, 7, 0.
    shop.plans.set(8, |plan| plan.numbers = 16);
    assert!(bytes_of(16) > 2 * bytes_of(4) && bytes_of(16) < 3 * bytes_of(4));
    shop.call_all([8]);
    assert_eq!(shop.resident(), [0, 4, 5, 6, 7, 8]);
    shop.close();
}

#[test]
fn what_was_called_again_goes_after_all_others() {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..4);
    for next in 4..12 {
        shop.call_all([0, next]);
        assert!(shop.cache.get(0).is_some(), "somebody calls it again and again");
    }
    assert_eq!(shop.resident(), [0, 9, 10, 11]);
    assert_eq!(shop.cache.function_statistics(0).compiled, 1);
    shop.close();
}

#[test]
fn what_nobody_calls_goes_in_the_order_in_which_it_came() {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..4);
    for last in 4..20 {
        shop.call_all([last]);
        assert_eq!(shop.resident(), [last - 3, last - 2, last - 1, last]);
    }
    shop.close();
}

#[test]
fn no_more_is_evicted_than_has_to_be() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..8);
    shop.plans.set(8, |plan| plan.numbers = 5);
    shop.plans.set(9, |plan| plan.numbers = 8);
    shop.call_all([8]);
    assert_eq!(shop.cache.statistics().evicted, 2);
    let left = 8 * bytes_of(4) - shop.cache.statistics().bytes;
    assert!(left + bytes_of(4) >= bytes_of(8), "one of the others makes enough room");
    shop.call_all([9]);
    assert_eq!(shop.cache.statistics().evicted, 3);
    shop.close();
}

#[test]
fn the_entry_of_what_is_evicted_leads_nowhere() {
    let mut shop = Shop::for_functions(2);
    shop.call_all([0, 1]);
    shop.cache.enter(0, &shop.host).expect("it is there");
    shop.host.take_log();
    shop.plans.set(2, |plan| plan.numbers = 8);
    let code = shop.call(2).expect("there is room");
    let log = [Event::Entry(1, None), Event::Entry(0, None), Event::Entry(2, Some(code))];
    assert_eq!(shop.host.take_log(), log);
    assert_eq!(shop.awake(), [2]);
    shop.close();
}

#[test]
fn what_is_evicted_is_freed_before_there_is_more() {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..4);
    let usage = shop.arena.usage();
    shop.call_all(4..50);
    assert_eq!((usage.pieces, usage.code), (4, 4 * bytes_of(4)));
    assert_eq!(shop.arena.usage(), usage);
    shop.close();
}

#[test]
fn what_was_evicted_is_compiled_again_when_it_is_called_again() {
    let mut shop = Shop::for_functions(2);
    shop.call_all(0..3);
    shop.plans.set(0, |plan| plan.number = 77);
    shop.assert_works(0);
    assert_eq!(shop.plans.take_compiled(), [0, 1, 2, 0]);
    assert_eq!(shop.cache.statistics().recompiled, 1);
    shop.close();
}

#[test]
fn nothing_is_evicted_for_code_that_would_not_fit_even_then() {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..4);
    shop.enter_frames([0, 2]);
    shop.plans.set(4, |plan| plan.numbers = 13);
    assert!(bytes_of(13) > 2 * bytes_of(4) && bytes_of(13) < 3 * bytes_of(4));
    shop.call(4).expect_err("two functions make no room for it");
    assert_eq!(shop.resident(), [0, 1, 2, 3]);
    assert_eq!(shop.cache.statistics().evicted, 0);
    shop.close();
}

#[test]
fn code_can_be_evicted_one_by_one() {
    let mut shop = Shop::for_functions(4);
    shop.call_all([0, 1]);
    assert!(shop.cache.evict(1, &shop.host));
    assert!(!shop.cache.evict(1, &shop.host), "there is none any more");
    assert!(!shop.cache.evict(2, &shop.host), "there has been none");
    assert_eq!((shop.resident(), shop.awake()), (vec![0], vec![0]));
    assert_eq!((shop.cache.statistics().evicted, shop.arena.usage().pieces), (1, 1));
    shop.close();
}

#[test]
fn all_code_can_be_evicted_at_once_whether_it_dozes_or_not() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..8);
    assert_eq!(shop.cache.evict_all(&shop.host), 8);
    assert_eq!((shop.resident(), shop.awake()), (vec![], vec![]));
    assert_eq!((shop.cache.statistics().evicted, shop.arena.usage().pieces), (8, 0));
    assert_eq!(shop.cache.evict_all(&shop.host), 0);
    shop.call_all(0..8);
    assert_eq!(shop.resident().len(), 8, "there is as much room as before");
    shop.close();
}
