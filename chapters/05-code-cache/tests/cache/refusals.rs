//! A system that refuses something, at any time: it becomes an error that says what it
//! was, nothing is lost, and the cache works on.

use std::sync::Arc;

use ch03_relocations::arch::{Arch, X86_64};
use ch04_executable_memory::{Arena, ArenaError, ArenaOptions, Strategy, SystemCall};
use ch05_code_cache::{CacheOptions, Refused, Token};

use crate::shop::Shop;
use crate::stubs::{STUB_BYTES, counting};
use crate::system::Refusing;
use crate::toy::{Broken, bytes_of};

const BOTH: [Strategy; 2] = [Strategy::DualMapping, Strategy::Flips];

/// So many numbers make a function that needs several pages.
const NUMBERS: u32 = 300;

/// A cache that counts calls, with room for six functions, in an arena whose regions have
/// room for one; and its system.
fn shop(strategy: Strategy) -> (Arc<Refusing>, Shop) {
    let pages = Arc::new(Refusing::default());
    let sizes =
        ArenaOptions { first_region: 1, largest_region: 1, ..ArenaOptions::new(X86_64::TRAP) };
    let arena = Arena::new(pages.clone(), ArenaOptions { strategy, ..sizes });
    let budget = 6 * bytes_of(NUMBERS);
    let mut shop = Shop::with(arena, CacheOptions { budget, is_stressed: false });
    shop.cache.count_calls(counting());
    for key in 0..64 {
        shop.plans.set(key, |plan| {
            (plan.numbers, plan.tokens) = (NUMBERS, vec![Token(u64::from(key % 3))]);
        });
    }
    (pages, shop)
}

/// Does everything that a cache is asked for.
fn live(shop: &mut Shop) -> Result<(), Refused<Broken>> {
    for key in 0..8 {
        shop.call_patiently(key)?;
    }
    shop.host.set_roots(shop.resident().iter().take(2).map(|&key| shop.addresses(key).start() + 9));
    shop.cache.invalidate(Token(2), &shop.host);
    shop.cache.compile_all(20..30)?;
    for key in [20, 3, 40] {
        shop.call_patiently(key)?;
    }
    shop.host.set_roots([]);
    shop.cache.evict_all(&shop.host);
    shop.cache.compile_all(0..6)?;
    shop.cache.evict(2, &shop.host);
    shop.call_patiently(50).map(drop)
}

/// Panics unless all is as it should be, whatever has been refused.
fn assert_sound(shop: &mut Shop) {
    let usage = shop.arena.usage();
    let statistics = shop.cache.statistics();
    assert!(usage.pieces >= 2 * statistics.functions);
    // Stubs that could not be freed count, which others do not.
    assert!(statistics.bytes <= 6 * bytes_of(NUMBERS) + usage.pieces * STUB_BYTES);
    shop.assert_entries(Some("counter"));
    for key in shop.resident() {
        let entry = shop.cache.way_in(key).or(shop.host.entry(key));
        let result = entry.map(|entry| shop.run(entry));
        assert!(result.is_none_or(|result| result == f64::from(key)));
    }
}

/// Lives with the rule, then again without it; returns the error of the first time and
/// what was refused.
fn live_with(
    strategy: Strategy,
    rule: impl FnMut(SystemCall) -> bool + Send + 'static,
) -> (Option<Refused<Broken>>, Vec<SystemCall>) {
    let (pages, mut shop) = shop(strategy);
    pages.refuse(rule);
    let error = live(&mut shop).err();
    let refused = pages.relent();
    assert_sound(&mut shop);
    shop.host.set_roots([]);
    live(&mut shop).expect("nothing is refused any more");
    assert_sound(&mut shop);
    for key in 0..8 {
        shop.assert_works(key);
    }
    shop.close();
    (error, refused)
}

/// The service that an error is about.
fn service(error: &Refused<Broken>) -> Option<SystemCall> {
    match error {
        Refused::Memory { bytes, reason: ArenaError::System { call, .. } } => {
            assert_eq!(bytes % bytes_of(NUMBERS), 0, "it is about one function, or several");
            Some(*call)
        }
        Refused::NoRoom { .. } => None,
        other => panic!("the system has nothing to do with this: {other:?}"),
    }
}

/// Refuses each call in turn; returns which services were refused, of which there was an
/// error, and of which there was none.
fn refuse_each(strategy: Strategy) -> (Vec<SystemCall>, Vec<SystemCall>) {
    let (mut errors, mut passed_over) = (Vec::new(), Vec::new());
    for turn in 1.. {
        let mut calls = 0;
        let (error, refused) = live_with(strategy, move |_| {
            calls += 1;
            calls == turn
        });
        let [refused] = refused[..] else { break };
        match error.as_ref().and_then(service) {
            Some(service) => {
                assert_eq!(service, refused);
                errors.push(service);
            }
            None => passed_over.push(refused),
        }
    }
    (errors, passed_over)
}

#[test]
fn with_two_mappings_each_refused_call_is_an_error_and_nothing_is_lost() {
    let (errors, passed_over) = refuse_each(Strategy::DualMapping);
    for service in [
        SystemCall::Reserve,
        SystemCall::Share,
        SystemCall::Lock,
        SystemCall::Map,
        SystemCall::Populate,
        SystemCall::Synchronize,
    ] {
        assert!(errors.contains(&service), "{service} was never refused");
    }
    assert!(passed_over.is_empty(), "{passed_over:?}");
}

#[test]
fn with_flips_each_refused_call_is_an_error_or_has_code_freed_later() {
    let (errors, passed_over) = refuse_each(Strategy::Flips);
    for service in [
        SystemCall::Reserve,
        SystemCall::Map,
        SystemCall::Populate,
        SystemCall::Protect,
        SystemCall::Synchronize,
    ] {
        assert!(errors.contains(&service), "{service} was never refused");
    }
    assert!(!passed_over.is_empty());
    assert!(passed_over.iter().all(|&service| service == SystemCall::Protect));
}

#[test]
fn each_service_may_be_refused_from_any_time_on() {
    for strategy in BOTH {
        for service in [
            SystemCall::Reserve,
            SystemCall::Share,
            SystemCall::Lock,
            SystemCall::Map,
            SystemCall::Populate,
            SystemCall::Protect,
            SystemCall::Synchronize,
        ] {
            for first in 1.. {
                let mut calls = 0;
                let (_, refused) = live_with(strategy, move |call| {
                    calls += usize::from(call == service);
                    call == service && calls >= first
                });
                if refused.is_empty() {
                    break;
                }
            }
        }
    }
}

#[test]
fn what_a_batch_has_compiled_stays_when_later_calls_cannot_be_counted() {
    let mut counts = Vec::new();
    for turn in 1.. {
        let (pages, mut shop) = shop(Strategy::DualMapping);
        shop.cache.compile_all(0..6).expect("nothing is refused");
        shop.cache.evict_all(&shop.host);
        let mut calls = 0;
        pages.refuse(move |_| {
            calls += 1;
            calls == turn
        });
        let compiled = shop.cache.compile_all(0..6);
        pages.relent();
        let count = shop.resident().len();
        assert_eq!(shop.resident(), (0..count as u32).collect::<Vec<_>>());
        (0..count as u32).for_each(|key| shop.assert_works(key));
        // Whatever has no stub is freed by the next sweep.
        shop.cache.evict_all(&shop.host);
        assert!(count == 0 || shop.arena.usage().pieces == 0);
        shop.close();
        if compiled.is_ok() {
            break;
        }
        counts.push(count);
    }
    counts.dedup();
    assert_eq!(counts, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn code_that_cannot_be_freed_is_freed_by_the_next_sweep() {
    let (pages, mut shop) = shop(Strategy::Flips);
    shop.call(0).expect("there is memory");
    pages.refuse(|call| call == SystemCall::Protect);
    assert!(shop.cache.evict(0, &shop.host), "it is no longer in the cache");
    assert_eq!((shop.resident(), shop.arena.usage().pieces), (vec![], 2));
    pages.relent();
    shop.call(1).expect("there is memory");
    shop.cache.evict(1, &shop.host);
    assert_eq!(shop.arena.usage().pieces, 0);
    shop.close();
}

#[test]
fn an_error_says_how_much_memory_there_should_have_been() {
    let (pages, mut shop) = shop(Strategy::DualMapping);
    pages.refuse(|call| call == SystemCall::Share);
    let error = shop.call(0).expect_err("it is refused");
    let text = error.to_string();
    assert!(text.starts_with("no memory for 4544 bytes of code: memfd_create of "), "{text}");
    assert!(error.is_final());
    shop.close();
}
