//! However long a cache is used, it needs no more memory than at first.

use ch04_executable_memory::{Strategy, Usage};
use ch05_code_cache::{CacheOptions, Token};

use crate::HEAP;
use crate::alone::in_a_process_of_its_own;
use crate::shop::{Shop, arena};
use crate::toy::bytes_of;

/// How many functions come and go in a round.
const FUNCTIONS: u32 = 100;

/// After so many rounds, no more memory is needed.
const WARM: u64 = 10;

/// Compiles functions, for each of which another one has to go. Each depends on something
/// else than it did the last time.
fn come_and_go(strategy: Strategy, rounds: u64) {
    let options = CacheOptions { budget: 20 * bytes_of(4), ..CacheOptions::default() };
    let mut shop = Shop::with(arena(strategy), options);
    let mut before: Option<(Usage, usize)> = None;
    for round in 0..rounds {
        for key in 0..FUNCTIONS {
            let token = Token(round * 1000 + u64::from(key));
            shop.plans.set(key, |plan| plan.tokens = vec![token, Token(1)]);
            shop.call_patiently(key).expect("something can go");
        }
        shop.plans.take_compiled();
        shop.host.take_log();
        if round >= WARM {
            let (usage, heap) = (shop.arena.usage(), HEAP.allocated());
            let (then, plateau) = *before.get_or_insert((usage, heap));
            assert_eq!(usage, then, "in round {round}");
            // The nodes of trees are more or less full.
            assert!(heap < plateau + 4096, "in round {round} {plateau} bytes have become {heap}");
        }
    }
    let compiled = u64::from(FUNCTIONS) * rounds;
    assert_eq!(shop.cache.statistics().compiled, compiled);
    assert_eq!(shop.cache.statistics().evicted, compiled - 20);
    shop.close();
}

#[test]
fn with_two_mappings_functions_come_and_go_without_end() {
    in_a_process_of_its_own("memory::with_two_mappings_functions_come_and_go_without_end", || {
        come_and_go(Strategy::DualMapping, 1000)
    });
}

#[test]
fn with_flips_functions_come_and_go_without_end() {
    in_a_process_of_its_own("memory::with_flips_functions_come_and_go_without_end", || {
        come_and_go(Strategy::Flips, 200);
    });
}
