//! What happens when a function is called.

use ch02_stencils::CodeOffset;
use ch03_relocations::link::Step;
use ch05_code_cache::Refused;

use crate::host::Event;
use crate::shop::Shop;
use crate::toy::{Broken, Plan};

#[test]
fn a_function_is_compiled_when_it_is_first_called_and_never_again() {
    let mut shop = Shop::for_functions(8);
    assert!(shop.plans.take_compiled().is_empty());
    for _ in 0..5 {
        shop.call_all([3, 5]);
    }
    assert_eq!(shop.plans.take_compiled(), [3, 5]);
    shop.close();
}

#[test]
fn a_call_that_asks_although_there_is_code_compiles_nothing() {
    let mut shop = Shop::for_functions(8);
    let code = shop.cache.enter(3, &shop.host).expect("there is room");
    assert_eq!(shop.cache.enter(3, &shop.host).expect("it is there"), code);
    assert_eq!(shop.plans.take_compiled(), [3]);
    shop.close();
}

#[test]
fn the_code_is_that_of_the_function_which_is_called() {
    let mut shop = Shop::for_functions(8);
    for key in [0, 1, 7, 4] {
        let code = shop.call(key).expect("there is room");
        assert_eq!(shop.run(code), f64::from(key));
    }
    shop.close();
}

#[test]
fn the_entry_leads_to_the_code_from_the_first_call_on() {
    let mut shop = Shop::for_functions(8);
    let code = shop.call(3).expect("there is room");
    assert_eq!(shop.host.take_log(), [Event::Entry(3, Some(code))]);
    assert_eq!(shop.cache.way_in(3), Some(code));
    assert_eq!(shop.awake(), [3]);
    shop.assert_works(3);
    assert_eq!(shop.host.take_log(), [], "calls do not ask any more");
    shop.close();
}

#[test]
fn code_is_found_with_what_is_known_of_it() {
    let mut shop = Shop::for_functions(8);
    let entry = shop.call(3).expect("there is room");
    let found = shop.cache.get(3).expect("it has code");
    assert_eq!((found.what.key, found.what.map.steps()), (3, 6));
    assert_eq!(found.code.address(found.what.map.entry(Step(0))), entry);
    assert_eq!(found.code.address(CodeOffset(0)), entry);
    shop.close();
}

#[test]
fn to_look_for_code_makes_none() {
    let shop = Shop::for_functions(8);
    assert!(shop.cache.get(3).is_none());
    assert_eq!(shop.cache.way_in(3), None);
    assert!(shop.plans.take_compiled().is_empty());
    shop.close();
}

#[test]
fn code_that_is_asked_for_without_a_call_is_made_and_can_be_entered() {
    let mut shop = Shop::for_functions(8);
    let found = shop.cache.find(3, &shop.host).expect("there is room");
    let code = found.code.address(CodeOffset(0));
    assert_eq!(shop.host.take_log(), [Event::Entry(3, Some(code))]);
    assert_eq!(shop.cache.function_statistics(3).visits, 0);
    shop.close();
}

#[test]
fn what_the_compiler_refuses_is_its_own_error() {
    let mut shop = Shop::for_functions(8);
    shop.plans.set(3, |plan| plan.is_broken = true);
    let error = shop.call(3).expect_err("it is broken");
    assert!(matches!(error, Refused::Compile(Broken(3))), "{error:?}");
    assert!(error.is_final());
    assert_eq!(shop.host.entry(3), None);
    assert!(shop.cache.get(3).is_none());
    shop.close();
}

#[test]
fn what_the_compiler_refused_it_is_asked_for_again_at_the_next_call() {
    let mut shop = Shop::for_functions(8);
    shop.plans.set(3, |plan| plan.is_broken = true);
    shop.call(3).expect_err("it is broken");
    shop.plans.set(3, |plan| plan.is_broken = false);
    shop.assert_works(3);
    shop.close();
}

#[test]
fn what_the_code_would_refer_to_may_be_out_of_reach() {
    let mut shop = Shop::for_functions(8);
    shop.plans.set(3, |plan| plan.number = 1 << 40);
    let error = shop.call(3).expect_err("a number has 32 bits");
    assert!(matches!(error, Refused::Place(_)), "{error:?}");
    assert!(error.is_final());
    assert_eq!(shop.arena.usage().pieces, 0);
    shop.plans.set(3, |plan| *plan = Plan { number: 12, ..plan.clone() });
    shop.assert_works(3);
    shop.close();
}
