//! What has been awake for long loses its entry, and keeps its code.

use crate::host::Event;
use crate::shop::Shop;
use crate::toy::bytes_of;

#[test]
fn three_quarters_of_the_budget_may_be_awake() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..6);
    assert_eq!(shop.awake(), [0, 1, 2, 3, 4, 5]);
    shop.call_all([6]);
    assert_eq!(shop.awake(), [1, 2, 3, 4, 5, 6]);
    shop.close();
}

#[test]
fn what_dozes_keeps_its_code_and_has_no_entry() {
    let mut shop = Shop::for_functions(8);
    let code = shop.call(0).expect("there is room");
    shop.call_all(1..6);
    shop.host.take_log();
    let last = shop.call(6).expect("there is room");
    assert_eq!(shop.host.take_log(), [Event::Entry(0, None), Event::Entry(6, Some(last))]);
    assert_eq!(shop.cache.way_in(0), None);
    assert_eq!(shop.resident(), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(shop.run(code), 0.0);
    shop.close();
}

#[test]
fn to_wake_what_dozes_gives_it_its_entry_back_and_compiles_nothing() {
    let mut shop = Shop::for_functions(8);
    let code = shop.call(0).expect("there is room");
    shop.call_all(1..7);
    shop.plans.take_compiled();
    assert_eq!(shop.call(0).expect("it is there"), code);
    assert_eq!(shop.host.entry(0), Some(code));
    assert!(shop.plans.take_compiled().is_empty());
    assert_eq!(shop.cache.statistics().woken, 1);
    shop.close();
}

#[test]
fn to_wake_something_puts_nobody_to_doze() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..8);
    assert_eq!(shop.awake(), [2, 3, 4, 5, 6, 7]);
    shop.call_all([0, 1]);
    assert_eq!(shop.awake(), [0, 1, 2, 3, 4, 5, 6, 7]);
    shop.close();
}

#[test]
fn those_doze_first_that_have_been_awake_for_longest() {
    let mut shop = Shop::for_functions(8);
    shop.call_all([5, 1, 4, 0, 3, 2, 7, 6]);
    assert_eq!(shop.awake(), [0, 2, 3, 4, 6, 7], "all but the first two");
    shop.close();
}

#[test]
fn what_was_woken_dozes_after_those_that_were_awake_before() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..7);
    shop.call_all([0, 7]);
    assert_eq!(shop.awake(), [0, 3, 4, 5, 6, 7]);
    shop.close();
}

#[test]
fn what_is_called_while_it_is_awake_does_not_become_younger() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..6);
    shop.cache.enter(0, &shop.host).expect("it is there");
    shop.call_all([6]);
    assert_eq!(shop.awake(), [1, 2, 3, 4, 5, 6], "calls of what is awake are not seen");
    shop.close();
}

#[test]
fn code_that_has_been_called_just_now_is_awake_however_large_it_is() {
    let mut shop = Shop::new(bytes_of(40) + bytes_of(4));
    shop.plans.set(1, |plan| plan.numbers = 40);
    shop.call_all([0, 1]);
    assert_eq!(shop.awake(), [1]);
    shop.assert_works(1);
    assert_eq!(shop.resident(), [0, 1]);
    assert!(!shop.host.take_log().contains(&Event::Entry(1, None)));
    assert_eq!(shop.cache.statistics().woken, 0);
    shop.close();
}

#[test]
fn a_large_function_may_put_several_to_doze() {
    let mut shop = Shop::for_functions(12);
    shop.call_all(0..9);
    shop.plans.set(9, |plan| plan.numbers = 13);
    assert!(bytes_of(13) > 2 * bytes_of(4));
    shop.call_all([9]);
    assert_eq!(shop.awake(), [3, 4, 5, 6, 7, 8, 9]);
    shop.close();
}

#[test]
fn an_entry_that_was_taken_away_can_be_asked_for_as_often_as_it_is_needed() {
    let mut shop = Shop::for_functions(4);
    for _ in 0..10 {
        for key in 0..4 {
            shop.assert_works(key);
            shop.assert_entries(None);
        }
    }
    assert_eq!(shop.cache.statistics().compiled, 4);
    shop.close();
}
