//! A cache under stress: it throws away what it can whenever it is asked.

use ch04_executable_memory::Strategy;
use ch05_code_cache::{CacheOptions, Token};

use crate::shop::{Shop, arena};

fn stressed() -> Shop {
    let options = CacheOptions { is_stressed: true, ..CacheOptions::default() };
    Shop::with(arena(Strategy::DualMapping), options)
}

#[test]
fn each_call_has_to_ask() {
    let mut shop = stressed();
    for key in [0, 0, 1, 0] {
        shop.assert_works(key);
        assert_eq!((shop.awake(), shop.cache.way_in(key)), (vec![], None));
    }
    assert_eq!(shop.cache.statistics().visits, 4);
    shop.close();
}

#[test]
fn each_call_throws_away_what_it_does_not_need() {
    let mut shop = stressed();
    for key in 0..10 {
        shop.assert_works(key);
        assert_eq!((shop.resident(), shop.arena.usage().pieces), (vec![key], 1));
    }
    assert_eq!(shop.cache.statistics().evicted, 9);
    shop.close();
}

#[test]
fn what_is_called_is_not_thrown_away_first() {
    let mut shop = stressed();
    for _ in 0..10 {
        shop.assert_works(3);
    }
    assert_eq!(shop.plans.take_compiled(), [3]);
    shop.close();
}

#[test]
fn what_somebody_returns_to_stays() {
    let mut shop = stressed();
    shop.assert_works(3);
    shop.enter_frames([3]);
    shop.assert_works(4);
    shop.assert_works(5);
    assert_eq!(shop.resident(), [3, 5]);
    shop.close();
}

#[test]
fn what_was_compiled_before_any_call_has_no_entry_either() {
    let mut shop = stressed();
    shop.cache.compile_all(0..4).expect("there is room");
    assert!((0..4).all(|key| shop.cache.way_in(key).is_none()));
    shop.assert_works(2);
    assert_eq!(shop.resident(), [2]);
    shop.close();
}

#[test]
fn it_invalidates_as_others_do() {
    let mut shop = stressed();
    shop.plans.set(3, |plan| plan.tokens.push(Token(1)));
    shop.assert_works(3);
    assert_eq!(shop.cache.invalidate(Token(1), &shop.host), 1);
    assert!(shop.resident().is_empty());
    shop.close();
}
