//! Code that runs while its cache does whatever it may: functions call their caller back,
//! which evicts, invalidates, compiles, and calls others. Whatever is freed is filled with
//! what stops whoever executes it.

use std::cell::RefCell;
use std::sync::Arc;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Arena, Strategy};
use ch05_code_cache::{CacheOptions, Refused, Token};
use fastrand::Rng;

use crate::shop::{Shop, arena, assert_empty, execute, near_arena};
use crate::stubs::counting;

/// How many functions there are, and how many may wait for each other.
const KEYS: u32 = 30;
const DEPTH: usize = 40;

/// A cache whose functions are running.
pub(crate) struct Running {
    shop: RefCell<Shop>,
    random: RefCell<Rng>,
    /// Waiting functions.
    stack: RefCell<Vec<CodeAddress>>,
    calls: RefCell<[u64; KEYS as usize]>,
}

impl Running {
    /// A cache with this budget. By seed, it counts calls, or it is under stress.
    pub(crate) fn new(arena: Arc<Arena>, budget: usize, seed: u64) -> Running {
        let is_stressed = seed % 3 == 2;
        let mut shop = Shop::with(arena, CacheOptions { budget, is_stressed });
        if seed % 3 == 1 {
            shop.cache.count_calls(counting());
        }
        for key in 0..KEYS {
            shop.plans.set(key, |plan| {
                plan.calls_back = true;
                plan.numbers = 1 + key * 3;
                plan.tokens = vec![Token(u64::from(key % 4)), Token(u64::from(key % 7))];
            });
        }
        let random = RefCell::new(Rng::with_seed(seed));
        let (stack, calls) = (RefCell::default(), RefCell::new([0; KEYS as usize]));
        Running { shop: RefCell::new(shop), random, stack, calls }
    }

    /// Calls functions, some of which call others.
    pub(crate) fn live(self, calls: usize) {
        for _ in 0..calls {
            self.call();
            assert_eq!(*self.stack.borrow(), []);
        }
        self.assert_counted();
        self.shop.into_inner().leave();
    }

    fn below(&self, end: u32) -> u32 {
        self.random.borrow_mut().u32(..end)
    }

    /// Calls a function, if there is room for it.
    fn call(&self) {
        let key = self.below(KEYS);
        self.calls.borrow_mut()[key as usize] += 1;
        let entry = self.shop.borrow_mut().call(key);
        let Ok(entry) = entry.inspect_err(|error| assert!(is_expected(error), "{error:?}")) else {
            return;
        };
        let start = CodeAddress(*self.shop.borrow().addresses(key).start());
        self.stack.borrow_mut().push(start);
        let result = execute(entry, &mut |number| {
            assert_eq!(number, f64::from(key));
            self.attack();
        });
        assert_eq!(result, Some(f64::from(key) + 1.0), "it goes on where it was");
        assert_eq!(self.stack.borrow_mut().pop(), Some(start));
    }

    /// Does something to the cache, while all that waits is waiting.
    fn attack(&self) {
        for _ in 0..self.below(4) {
            *self.shop.borrow().host.roots.borrow_mut() = self.stack.borrow().clone();
            match self.below(8) {
                0 => self.with(|shop| _ = shop.cache.evict_all(&shop.host)),
                1 | 2 => {
                    let token = Token(self.below(7).into());
                    self.with(|shop| _ = shop.cache.invalidate(token, &shop.host));
                }
                3 => {
                    let key = self.below(KEYS);
                    self.with(|shop| _ = shop.cache.evict(key, &shop.host));
                }
                4 => self.with(|shop| _ = shop.cache.compile_all(0..KEYS).expect("memory")),
                _ if self.stack.borrow().len() < DEPTH => self.call(),
                _ => {}
            }
        }
        *self.shop.borrow().host.roots.borrow_mut() = self.stack.borrow().clone();
    }

    fn with(&self, act: impl FnOnce(&mut Shop)) {
        let mut shop = self.shop.borrow_mut();
        act(&mut shop);
        let statistics = shop.cache.statistics();
        assert!(statistics.bytes <= shop.budget);
    }

    /// Panics unless each call has been counted, if calls are.
    fn assert_counted(&self) {
        let shop = self.shop.borrow();
        for (key, &calls) in (0..).zip(self.calls.borrow().iter()) {
            let counted = shop.cache.function_statistics(key).calls;
            assert!(counted.is_none_or(|counted| counted == calls), "function {key}");
        }
    }
}

fn is_expected<E>(error: &Refused<E>) -> bool {
    matches!(error, Refused::NoRoom { .. } | Refused::TooLarge { .. })
}

#[test]
fn code_goes_on_whatever_the_cache_does_meanwhile() {
    for seed in 0..18 {
        let strategy = [Strategy::DualMapping, Strategy::Flips][seed as usize % 2];
        let arena = [arena, near_arena][seed as usize / 2 % 2](strategy);
        Running::new(Arc::clone(&arena), 1000 + 800 * seed as usize, seed).live(250);
        assert_empty(&arena);
    }
}
