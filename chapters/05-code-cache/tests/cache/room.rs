//! What happens when there is no room, and none to be made.

use ch05_code_cache::{Refused, Token};

use crate::shop::Shop;
use crate::toy::bytes_of;

/// A cache that is full, and in which somebody will return to all functions: 0 to 3.
fn full() -> Shop {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..4);
    shop.enter_frames(0..4);
    shop
}

#[test]
fn a_function_may_have_as_many_bytes_as_the_budget() {
    let mut shop = Shop::new(bytes_of(50));
    shop.plans.set(1, |plan| plan.numbers = 50);
    shop.call_all([0, 1]);
    assert_eq!(shop.resident(), [1]);
    assert_eq!(shop.cache.statistics().bytes, bytes_of(50));
    shop.close();
}

#[test]
fn a_function_with_more_bytes_than_the_budget_is_too_large() {
    let mut shop = Shop::new(bytes_of(50) - 1);
    shop.plans.set(1, |plan| plan.numbers = 50);
    shop.call_all([0]);
    let error = shop.call(1).expect_err("it does not fit");
    assert!(
        matches!(error, Refused::TooLarge { bytes: 800, budget: 799 }),
        "{error:?}, and not {}",
        bytes_of(50)
    );
    assert!(error.is_final());
    assert_eq!(error.to_string(), "800 bytes of code are more than the budget of 799");
    assert_eq!(shop.resident(), [0], "nobody has to go for it");
    shop.close();
}

#[test]
fn what_is_too_large_is_not_compiled_to_find_that_out_again() {
    let mut shop = Shop::new(100);
    shop.plans.set(1, |plan| plan.numbers = 50);
    for _ in 0..5 {
        assert!(matches!(shop.call(1), Err(Refused::TooLarge { .. })));
    }
    assert_eq!(shop.plans.take_compiled(), [1]);
    shop.close();
}

#[test]
fn a_budget_of_nothing_is_too_small_for_anything() {
    let mut shop = Shop::new(0);
    let error = shop.call(1).expect_err("it does not fit");
    assert!(matches!(error, Refused::TooLarge { bytes: 112, budget: 0 }), "{error:?}");
    assert_eq!(shop.cache.compile_all(0..5).expect("it is no error"), 0);
    shop.close();
}

#[test]
fn where_somebody_returns_to_all_code_there_is_no_room() {
    let mut shop = full();
    let error = shop.call(4).expect_err("nobody can go");
    assert!(matches!(error, Refused::NoRoom { bytes: 112 }), "{error:?}");
    assert!(!error.is_final());
    let text = "no room for 112 bytes of code: somebody will return to what there is";
    assert_eq!(error.to_string(), text);
    assert_eq!((shop.resident(), shop.host.entry(4)), (vec![0, 1, 2, 3], None));
    shop.close();
}

#[test]
fn when_somebody_has_returned_there_is_room_later() {
    let mut shop = full();
    shop.call(4).expect_err("nobody can go");
    shop.host.set_roots([]);
    let refused = (0..10).take_while(|_| shop.call(4).is_err()).count();
    assert_eq!(refused, 1, "so many calls did not look");
    shop.assert_works(4);
    assert_eq!(shop.resident(), [1, 2, 3, 4]);
    shop.close();
}

#[test]
fn room_that_nobody_has_to_be_asked_for_is_found_at_once() {
    let mut shop = full();
    for _ in 0..20 {
        shop.call(4).expect_err("nobody can go");
    }
    shop.host.set_roots([]);
    assert!(shop.cache.evict(3, &shop.host));
    shop.assert_works(4);
    shop.close();
}

#[test]
fn smaller_code_may_fit_where_larger_code_does_not() {
    let mut shop = Shop::new(4 * bytes_of(4) + bytes_of(2));
    shop.call_all(0..4);
    shop.enter_frames(0..4);
    shop.plans.set(5, |plan| plan.numbers = 2);
    shop.call(4).expect_err("nobody can go");
    shop.assert_works(5);
    shop.close();
}

#[test]
fn code_that_has_grown_since_the_last_time_needs_more_room() {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..5);
    assert_eq!(shop.resident(), [1, 2, 3, 4]);
    shop.plans.set(0, |plan| plan.numbers = 13);
    shop.assert_works(0);
    assert_eq!(shop.resident(), [0, 4]);
    assert_eq!(shop.cache.statistics().evicted, 4);
    shop.close();
}

#[test]
fn code_that_has_grown_may_find_no_room_after_it_has_been_compiled() {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..5);
    shop.enter_frames(2..5);
    shop.plans.set(0, |plan| plan.numbers = 13);
    let error = shop.call(0).expect_err("one function makes no room for it");
    assert!(matches!(error, Refused::NoRoom { bytes } if bytes == bytes_of(13)), "{error:?}");
    assert_eq!(shop.resident(), [2, 3, 4], "what it had before would have fitted");
    shop.close();
}

#[test]
fn what_somebody_returns_to_takes_room_although_it_is_no_longer_entered() {
    let mut shop = Shop::for_functions(4);
    shop.plans.set(0, |plan| plan.tokens.push(Token(9)));
    shop.call_all(0..4);
    shop.enter_frames(0..4);
    assert_eq!(shop.cache.invalidate(Token(9), &shop.host), 1);
    assert_eq!(shop.resident(), [1, 2, 3]);
    assert_eq!(shop.cache.statistics().bytes, 4 * bytes_of(4));
    shop.call(0).expect_err("its old code is still there");
    shop.host.set_roots(shop.host.roots.take().split_off(1).into_iter().map(|root| root.0));
    shop.call(0).expect_err("there is no attempt");
    shop.assert_works(0);
    assert_eq!(shop.resident(), [0, 1, 2, 3], "the old code has made the room");
    assert_eq!(shop.cache.statistics().evicted, 0);
    shop.close();
}

#[test]
fn nobody_has_to_go_where_old_code_has_left_room() {
    let mut shop = Shop::for_functions(4);
    shop.plans.set(0, |plan| plan.tokens.push(Token(9)));
    shop.call_all(0..4);
    shop.enter_frames([0]);
    shop.cache.invalidate(Token(9), &shop.host);
    shop.host.set_roots([]);
    shop.call_all([5]);
    assert_eq!(shop.resident(), [1, 2, 3, 5]);
    assert_eq!(shop.cache.statistics().evicted, 0);
    shop.close();
}
