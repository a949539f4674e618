//! Code to which somebody will return stays where it is.

use ch02_stencils::CodeAddress;
use ch04_executable_memory::Place;
use fastrand::Rng;

use crate::shop::Shop;
use crate::toy::bytes_of;

/// Addresses in a function's code at which a root keeps it, counted from its start.
fn inside() -> [u64; 6] {
    let end = bytes_of(4) as u64;
    [0, 1, end / 2, end - 1, end, end / 3]
}

#[test]
fn a_root_at_any_byte_or_right_behind_the_last_one_keeps_code_from_being_evicted() {
    for offset in inside() {
        let mut shop = Shop::for_functions(2);
        shop.call_all([0]);
        shop.host.set_roots([8, shop.addresses(0).start() + offset, u64::MAX]);
        assert!(!shop.cache.evict(0, &shop.host), "{offset}");
        assert_eq!(shop.cache.evict_all(&shop.host), 0, "{offset}");
        assert_eq!((shop.resident(), shop.awake()), (vec![0], vec![0]));
        shop.close();
    }
}

#[test]
fn a_root_in_the_coldest_code_has_the_next_one_go() {
    for offset in inside() {
        let mut shop = Shop::for_functions(4);
        shop.call_all(0..4);
        shop.host.set_roots([u64::MAX, shop.addresses(0).start() + offset, 8]);
        shop.call_all([4]);
        assert_eq!(shop.resident(), [0, 2, 3, 4], "{offset}");
        shop.close();
    }
}

#[test]
fn roots_around_code_do_not_keep_it() {
    let mut shop = Shop::for_functions(2);
    shop.call_all([0]);
    let (start, end) = shop.addresses(0).into_inner();
    shop.host.set_roots([start - 1, end + 1, 0, u64::MAX]);
    assert!(shop.cache.evict(0, &shop.host));
    assert_eq!(shop.arena.usage().pieces, 0);
    shop.close();
}

#[test]
fn a_root_behind_code_does_not_keep_its_neighbour() {
    for numbers in 1..10 {
        let mut shop = Shop::new(1 << 20);
        (0..3).for_each(|key| shop.plans.set(key, |plan| plan.numbers = numbers));
        shop.cache.compile_all(0..3).expect("there is room");
        shop.host.set_roots([*shop.addresses(1).end()]);
        assert!(shop.addresses(2).start() - shop.addresses(1).end() <= 16, "they are neighbours");
        assert_eq!(shop.cache.evict_all(&shop.host), 2);
        assert_eq!(shop.resident(), [1]);
        shop.close();
    }
}

#[test]
fn code_is_evicted_when_nobody_returns_there_any_more() {
    let mut shop = Shop::for_functions(2);
    shop.call_all([0]);
    shop.enter_frames([0]);
    assert!(!shop.cache.evict(0, &shop.host));
    shop.host.set_roots([]);
    assert!(shop.cache.evict(0, &shop.host));
    shop.close();
}

#[test]
fn of_several_hundred_roots_none_is_overlooked() {
    let mut random = Rng::with_seed(5);
    for _ in 0..6 {
        let mut shop = Shop::for_functions(600);
        shop.call_all(0..600);
        let kept: Vec<u32> = (0..600).filter(|_| random.bool()).collect();
        let mut roots: Vec<u64> = kept
            .iter()
            .flat_map(|&key| [key; 3])
            .map(|key| random.u64(shop.addresses(key)))
            .collect();
        random.shuffle(&mut roots);
        shop.host.set_roots(roots);
        assert_eq!(shop.cache.evict_all(&shop.host), 600 - kept.len());
        let resident: Vec<u32> = (0..600).filter(|&key| shop.cache.get(key).is_some()).collect();
        assert_eq!(resident, kept);
        shop.close();
    }
}

#[test]
fn many_frames_may_be_in_one_function() {
    let mut shop = Shop::for_functions(4);
    shop.call_all(0..4);
    shop.enter_frames([2; 1000]);
    assert_eq!(shop.cache.evict_all(&shop.host), 3);
    assert_eq!(shop.resident(), [2]);
    shop.close();
}

#[test]
fn what_a_root_keeps_is_unchanged() {
    let mut shop = Shop::for_functions(4);
    let code = shop.call(0).expect("there is room");
    shop.enter_frames([0]);
    shop.call_all(1..40);
    assert_eq!(shop.run(code), 0.0);
    let is_there = shop.arena.locate(
        CodeAddress(code.0 + 20),
        |place| matches!(place, Place::Code { what, .. } if what.name() == "function 0"),
    );
    assert_eq!(is_there, Some(true));
    shop.close();
}
