//! What code takes for granted, and what happens when it is no longer so.

use ch02_stencils::CodeAddress;
use ch05_code_cache::Token;

use crate::host::Event;
use crate::shop::Shop;
use crate::toy::bytes_of;

/// A cache with these functions, each of which depends on some tokens.
fn shop<const N: usize>(tokens: [(u32, &[u64]); N]) -> Shop {
    let mut shop = Shop::for_functions(64);
    for (key, tokens) in tokens {
        depend(&shop, key, tokens);
        shop.call_all([key]);
    }
    shop.plans.take_compiled();
    shop.host.take_log();
    shop
}

/// Has the code of a function depend on these tokens from now on.
fn depend(shop: &Shop, key: u32, tokens: &[u64]) {
    shop.plans.set(key, |plan| plan.tokens = tokens.iter().copied().map(Token).collect());
}

fn invalidate(shop: &mut Shop, token: u64) -> usize {
    shop.cache.invalidate(Token(token), &shop.host)
}

#[test]
fn all_code_that_depends_on_a_token_goes_and_no_other() {
    let mut shop = shop([(0, &[1]), (1, &[2]), (2, &[1]), (3, &[]), (4, &[1])]);
    assert_eq!(invalidate(&mut shop, 1), 3);
    assert_eq!((shop.resident(), shop.awake()), (vec![1, 3], vec![1, 3]));
    assert_eq!(shop.arena.usage().pieces, 2);
    let statistics = shop.cache.statistics();
    assert_eq!((statistics.invalidated, statistics.evicted), (3, 0));
    shop.close();
}

#[test]
fn any_of_its_tokens_ends_code() {
    for token in [1, 2, 3, u64::MAX] {
        let mut shop = shop([(0, &[3, 1, u64::MAX, 2]), (1, &[4])]);
        assert_eq!(invalidate(&mut shop, token), 1);
        assert_eq!(shop.resident(), [1]);
        for token in [1, 2, 3, u64::MAX] {
            assert_eq!(invalidate(&mut shop, token), 0, "there is none any more");
        }
        shop.close();
    }
}

#[test]
fn a_token_of_which_nobody_has_heard_ends_nothing() {
    let mut shop = shop([(0, &[1]), (1, &[])]);
    assert_eq!(invalidate(&mut shop, 2), 0);
    assert_eq!(shop.resident(), [0, 1]);
    assert_eq!(shop.cache.statistics().invalidated, 0);
    shop.close();
}

#[test]
fn a_token_may_be_named_twice() {
    let mut shop = shop([(0, &[1, 1, 2, 1])]);
    assert_eq!(invalidate(&mut shop, 1), 1);
    assert_eq!((invalidate(&mut shop, 1), invalidate(&mut shop, 2)), (0, 0));
    shop.close();
}

#[test]
fn code_that_was_compiled_again_depends_on_its_new_tokens_only() {
    let mut shop = shop([(0, &[1, 2])]);
    assert_eq!(invalidate(&mut shop, 1), 1);
    depend(&shop, 0, &[2, 3]);
    shop.assert_works(0);
    assert_eq!((invalidate(&mut shop, 1), shop.resident()), (0, vec![0]));
    assert_eq!((invalidate(&mut shop, 3), shop.resident()), (1, vec![]));
    shop.close();
}

#[test]
fn code_that_was_evicted_depends_on_nothing() {
    let mut shop = shop([(0, &[1]), (1, &[1])]);
    assert!(shop.cache.evict(0, &shop.host));
    assert_eq!(invalidate(&mut shop, 1), 1);
    shop.close();
}

#[test]
fn code_that_was_compiled_with_others_depends_on_its_tokens() {
    let mut shop = shop([]);
    (0..4).for_each(|key| depend(&shop, key, &[u64::from(key % 2)]));
    shop.cache.compile_all(0..4).expect("there is room");
    assert_eq!((invalidate(&mut shop, 1), shop.resident()), (2, vec![0, 2]));
    shop.close();
}

#[test]
fn what_dozes_is_invalidated_too() {
    let mut shop = Shop::for_functions(8);
    (0..8).for_each(|key| depend(&shop, key, &[1]));
    shop.call_all(0..8);
    assert_eq!(shop.awake().len(), 6);
    assert_eq!((invalidate(&mut shop, 1), shop.resident()), (8, vec![]));
    shop.call_all(0..8);
    assert_eq!(shop.resident().len(), 8, "there is as much room as before");
    shop.close();
}

#[test]
fn entries_lead_nowhere_before_anybody_is_diverted() {
    let mut shop = shop([(0, &[1]), (1, &[2])]);
    invalidate(&mut shop, 1);
    assert_eq!(shop.host.take_log(), [Event::Entry(0, None), Event::Divert]);
    shop.close();
}

#[test]
fn those_are_diverted_who_would_return_to_the_code_and_no_others() {
    let mut shop = shop([(0, &[1]), (1, &[2]), (2, &[1])]);
    let (mut inside, mut outside) = (Vec::new(), vec![0, u64::MAX]);
    for (key, is_gone) in [(0, true), (1, false), (2, true)] {
        let (start, end) = shop.addresses(key).into_inner();
        let list = if is_gone { &mut inside } else { &mut outside };
        list.extend([start, start + 1, start + 50, end - 1, end]);
        outside.extend([start - 1, end + 1]);
    }
    let asked = inside.iter().chain(&outside);
    *shop.host.asked.borrow_mut() = asked.copied().map(CodeAddress).collect();
    assert_eq!(invalidate(&mut shop, 1), 2);
    assert_eq!(shop.host.take_gone(), inside.into_iter().map(CodeAddress).collect::<Vec<_>>());
    shop.close();
}

#[test]
fn code_from_which_all_are_diverted_is_freed_at_once() {
    let mut shop = shop([(0, &[1]), (1, &[2])]);
    shop.enter_frames([0, 1, 0]);
    let elsewhere = shop.host.entry(1).expect("it is awake");
    shop.host.elsewhere.set(Some(elsewhere));
    invalidate(&mut shop, 1);
    assert_eq!((shop.arena.usage().pieces, shop.cache.statistics().bytes), (1, bytes_of(4)));
    assert_eq!(shop.host.roots.borrow()[0], elsewhere);
    shop.close();
}

#[test]
fn code_to_which_somebody_will_return_all_the_same_stays_until_then() {
    let mut shop = shop([(0, &[1]), (1, &[2])]);
    let code = shop.call(0).expect("it is there");
    shop.enter_frames([0]);
    assert_eq!(invalidate(&mut shop, 1), 1);
    assert_eq!((shop.resident(), shop.host.entry(0)), (vec![1], None));
    assert_eq!(shop.run(code), 0.0, "it is still there");
    let statistics = shop.cache.statistics();
    assert_eq!((statistics.functions, statistics.bytes), (1, 2 * bytes_of(4)));
    shop.host.set_roots([]);
    assert!(shop.cache.evict(1, &shop.host));
    assert_eq!((shop.arena.usage().pieces, shop.cache.statistics().bytes), (0, 0));
    shop.close();
}

#[test]
fn a_function_may_have_new_code_while_somebody_is_in_its_old_code() {
    let mut shop = shop([(0, &[1])]);
    let old = shop.call(0).expect("it is there");
    for number in 1..5 {
        let code = shop.call(0).expect("there is room");
        shop.host.roots.borrow_mut().push(code);
        assert_eq!(invalidate(&mut shop, 1), 1);
        shop.plans.set(0, |plan| plan.number = number);
        shop.assert_works(0);
    }
    assert_eq!(shop.run(old), 0.0);
    assert_eq!(shop.arena.usage().pieces, 5);
    shop.host.set_roots([old.0]);
    invalidate(&mut shop, 1);
    assert_eq!(shop.arena.usage().pieces, 1);
    shop.close();
}

#[test]
fn old_code_does_not_leave_again_when_its_function_is_invalidated_again() {
    let mut shop = shop([(0, &[1])]);
    shop.enter_frames([0]);
    assert_eq!(invalidate(&mut shop, 1), 1);
    assert_eq!(invalidate(&mut shop, 1), 0);
    assert_eq!(shop.cache.evict_all(&shop.host), 0);
    assert_eq!(shop.cache.statistics().bytes, bytes_of(4));
    shop.host.set_roots([]);
    shop.close();
}

#[test]
fn what_is_not_compiled_depends_on_nothing() {
    let mut shop = shop([]);
    depend(&shop, 0, &[1]);
    shop.plans.set(0, |plan| plan.is_broken = true);
    shop.call(0).expect_err("it is broken");
    shop.call_all([1]);
    assert_eq!((invalidate(&mut shop, 1), shop.resident()), (0, vec![1]));
    shop.close();
}
