//! The end of a cache.

use ch05_code_cache::Token;

use crate::host::Nobody;
use crate::shop::Shop;
use crate::toy::bytes_of;

#[test]
fn all_code_is_freed_whether_it_dozes_or_not() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..8);
    assert_eq!(shop.cache.free_all(&Nobody), 0);
    assert_eq!((shop.resident(), shop.arena.usage().pieces), (vec![], 0));
    let statistics = shop.cache.statistics();
    assert_eq!((statistics.functions, statistics.bytes), (0, 0));
    shop.close();
}

#[test]
fn what_somebody_returns_to_is_left_and_counted() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..8);
    shop.enter_frames([1, 5, 6]);
    assert_eq!(shop.cache.free_all(&shop.host), 3);
    assert_eq!((shop.resident(), shop.arena.usage().pieces), (vec![], 3));
    assert_eq!(shop.cache.statistics().bytes, 3 * bytes_of(4));
    shop.host.set_roots(shop.host.roots.take().into_iter().skip(2).map(|root| root.0));
    assert_eq!(shop.cache.free_all(&shop.host), 1);
    assert_eq!(shop.arena.usage().pieces, 1);
    shop.host.set_roots([]);
    assert_eq!(shop.cache.free_all(&shop.host), 0);
    shop.close();
}

#[test]
fn a_root_right_behind_code_keeps_it_to_the_end() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..4);
    shop.host.set_roots([*shop.addresses(1).end(), *shop.addresses(2).start()]);
    assert_eq!(shop.cache.free_all(&shop.host), 2);
    shop.close();
}

#[test]
fn what_was_invalidated_before_is_freed_too() {
    let mut shop = Shop::for_functions(8);
    shop.plans.set(0, |plan| plan.tokens.push(Token(1)));
    shop.call_all([0, 1]);
    shop.enter_frames([0]);
    shop.cache.invalidate(Token(1), &shop.host);
    assert_eq!(shop.arena.usage().pieces, 2);
    assert_eq!(shop.cache.free_all(&Nobody), 0);
    assert_eq!(shop.arena.usage().pieces, 0);
    shop.close();
}

#[test]
fn after_the_end_there_is_nothing_to_evict_or_to_invalidate() {
    let mut shop = Shop::for_functions(8);
    (0..8).for_each(|key| shop.plans.set(key, |plan| plan.tokens.push(Token(1))));
    shop.call_all(0..8);
    shop.cache.free_all(&Nobody);
    assert_eq!(shop.cache.evict_all(&shop.host), 0);
    assert_eq!(shop.cache.invalidate(Token(1), &shop.host), 0);
    assert!((0..8).all(|key| shop.cache.way_in(key).is_none()));
    shop.close();
}

#[test]
fn a_cache_can_be_filled_again_after_its_end() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..8);
    shop.cache.free_all(&Nobody);
    for key in 0..8 {
        shop.cache.enter(key, &shop.host).expect("there is room");
        shop.assert_works(key);
    }
    assert_eq!((shop.resident().len(), shop.cache.statistics().evicted), (8, 0));
    shop.close();
}

#[test]
fn what_was_freed_at_the_end_is_not_looked_for_afterwards() {
    let mut shop = Shop::for_functions(8);
    shop.call_all(0..8);
    shop.cache.free_all(&Nobody);
    shop.call_all(10..20);
    assert_eq!(shop.resident(), [12, 13, 14, 15, 16, 17, 18, 19]);
    shop.close();
}
