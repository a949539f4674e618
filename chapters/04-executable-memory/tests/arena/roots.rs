//! Code that somebody will return to is not freed.
#![expect(unsafe_code, reason = "lists roots, which no code relies on here")]

use std::ops::Range;
use std::sync::Arc;

use ch02_stencils::{CodeAddress, CodeOffset};
use ch04_executable_memory::{CodeRoots, InUse, Retired, Strategy, SystemCall};
use fastrand::Rng;

use crate::numbered::{BOTH, Numbers, SHORTEST, arena, arena_on, publish};
use crate::watched::Watched;

/// Roots that no frame has.
pub(crate) struct Roots(Vec<CodeAddress>);

impl Roots {
    /// No roots, for code that is never executed.
    pub(crate) fn none() -> Roots {
        Roots(Vec::new())
    }
}

// SAFETY: what is freed with these is never executed while it is.
unsafe impl CodeRoots for Roots {
    fn visit(&self, root: &mut dyn FnMut(CodeAddress)) {
        self.0.iter().for_each(|&address| root(address));
    }
}

#[test]
fn code_is_not_freed_while_a_root_leads_into_it() {
    for strategy in BOTH {
        let arena = arena(strategy);
        let function = publish(&arena, 1, 100).expect("there is memory");
        let code = function.addresses();
        let mut code_left = function.into_code();
        for offset in [0, 1, 50, 99, 100] {
            let roots = Roots([8, code.start + offset, 16].map(CodeAddress).to_vec());
            let refused = code_left.free(&roots).expect_err("somebody will return");
            let reason = &refused.reason;
            assert!(
                matches!(reason, InUse::Root(CodeOffset(at)) if *at as u64 == offset),
                "{reason}"
            );
            code_left = refused.code;
            assert_eq!(arena.usage().pieces, 1);
        }
        let around = [code.start - 1, code.end + 1, 0, u64::MAX];
        code_left.free(&Roots(around.map(CodeAddress).to_vec())).expect("none leads into it");
        assert_eq!(arena.usage().pieces, 0);
    }
}

#[test]
fn a_root_at_the_end_of_code_is_not_one_of_the_code_behind_it() {
    for strategy in BOTH {
        let arena = arena(strategy);
        for bytes in [SHORTEST, 15, 16, 17, 31, 32, 48] {
            let mut numbers = Numbers::new(&arena);
            numbers.add(1, bytes, 16).expect("there is memory");
            numbers.add(2, bytes, 1).expect("there is memory");
            let functions = numbers.publish().expect("code may be executed");
            let [first, second] = functions.try_into().expect("there are two");
            let root = Roots(vec![CodeAddress(first.addresses().end)]);
            second.into_code().free(&root).expect("the root is the first one's");
            assert!(first.into_code().free(&root).is_err());
        }
    }
}

#[test]
fn a_sweep_frees_what_no_root_leads_into_and_nothing_else() {
    let arena = arena(BOTH[0]);
    let mut random = Rng::with_seed(4);
    let mut retired = Retired::default();
    let mut model: Vec<Range<u64>> = Vec::new();
    for round in 0..10_000 {
        for _ in 0..random.usize(..3) {
            let function = publish(&arena, round, random.usize(SHORTEST..300)).expect("memory");
            model.push(function.addresses());
            retired.push(function.into_code());
        }
        let roots = random_roots(&mut random, &model);
        let is_entered = |code: &Range<u64>| {
            roots.0.iter().any(|root| (code.start..=code.end).contains(&root.0))
        };
        let before = model.len();
        model.retain(is_entered);
        let freed = retired.sweep(&roots).expect("the system has no say in it");
        assert_eq!((freed, retired.len()), (before - model.len(), model.len()), "round {round}");
        assert_eq!(arena.usage().pieces, model.len());
        assert_eq!(
            arena.usage().code as u64,
            model.iter().map(|it| it.end - it.start).sum::<u64>()
        );
    }
    retired.sweep(&Roots::none()).expect("the system has no say in it");
    assert!(retired.is_empty());
    assert_eq!(arena.usage().free, arena.usage().reserved);
}

/// Some addresses in and around some of the code, in any order.
fn random_roots(random: &mut Rng, code: &[Range<u64>]) -> Roots {
    let mut roots = vec![CodeAddress(random.u64(..)), CodeAddress(0)];
    for code in code {
        if random.u8(..4) == 0 {
            continue;
        }
        let middle = random.u64(code.clone());
        let edges = [code.start - 1, code.start, middle, code.end - 1, code.end, code.end + 1];
        roots.push(CodeAddress(edges[random.usize(..edges.len())]));
    }
    random.shuffle(&mut roots);
    Roots(roots)
}

#[test]
fn what_the_system_refuses_to_free_waits_for_the_next_sweep() {
    let pages = Arc::new(Watched::default());
    let arena = arena_on(pages.clone(), Strategy::Flips);
    let mut retired = Retired::default();
    for number in 0..5 {
        retired.push(publish(&arena, number, 100).expect("there is memory").into_code());
    }
    let mut calls = 0;
    pages.refuse(move |call| {
        calls += 1;
        call.call == SystemCall::Protect && calls % 2 == 0
    });
    retired.sweep(&Roots::none()).expect_err("some are refused");
    assert_eq!((retired.len(), arena.usage().pieces), (2, 2));
    pages.relent();
    assert_eq!(retired.sweep(&Roots::none()).expect("none is refused"), 2);
    assert_eq!(arena.usage().pieces, 0);
}
