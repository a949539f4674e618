//! Two threads, each with a cache of its own, in one arena.

use std::sync::Arc;
use std::thread;

use ch04_executable_memory::Strategy;

use crate::running::Running;
use crate::shop::{arena, assert_empty};

fn two_threads(strategy: Strategy) {
    let arena = arena(strategy);
    thread::scope(|scope| {
        for first in [0, 1] {
            let arena = &arena;
            scope.spawn(move || {
                for seed in (first..12).step_by(2) {
                    Running::new(Arc::clone(arena), 6000, 1000 + seed).live(200);
                }
            });
        }
    });
    assert_empty(&arena);
}

#[test]
fn with_two_mappings_two_caches_share_an_arena() {
    two_threads(Strategy::DualMapping);
}

#[test]
fn with_flips_two_caches_share_an_arena() {
    two_threads(Strategy::Flips);
}
