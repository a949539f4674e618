//! Anything that can be done to a cache, at random, and the same done to the model: they
//! agree, and nothing is ever freed to which somebody returns.

use std::time::Duration;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::Strategy;
use ch05_code_cache::{CacheOptions, Host, Refused, Statistics, Token};
use fastrand::Rng;

use crate::model::{Model, Outcome, Piece};
use crate::shop::{Entered, Shop, arena};
use crate::stubs::{STUB_BYTES, counting};
use crate::toy::{bytes_of, name_of};

/// How many functions there are, and how many tokens.
const KEYS: u32 = 24;
const TOKENS: u64 = 6;

/// How many operations each seed does.
const OPERATIONS: usize = 1500;

/// A cache, its model, and what happens to both.
struct Pair {
    shop: Shop,
    model: Model,
    random: Rng,
    is_stressed: bool,
    counts: bool,
}

/// An address in no code, to which those go who are diverted.
const ELSEWHERE: CodeAddress = CodeAddress(12);

impl Pair {
    fn new(seed: u64, budget: usize, is_stressed: bool, counts: bool) -> Pair {
        let options = CacheOptions { budget, is_stressed };
        let strategy = [Strategy::DualMapping, Strategy::Flips][seed as usize % 2];
        let mut shop = Shop::with(arena(strategy), options);
        if counts {
            shop.cache.count_calls(counting());
        }
        let (model, random) = (Model::new(options), Rng::with_seed(seed));
        Pair { shop, model, random, is_stressed, counts }
    }

    fn live(mut self) {
        for _ in 0..OPERATIONS {
            self.act();
            self.model.learn(|key| *self.shop.addresses(key).start());
            self.check();
        }
        self.shop.close();
    }

    fn key(&mut self) -> u32 {
        // Some are called more often than others.
        let (one, other) = (self.random.u32(..KEYS), self.random.u32(..KEYS));
        one.min(other)
    }

    fn act(&mut self) {
        match self.random.u32(..100) {
            0..60 => self.call(),
            60..70 => self.plan(),
            70..84 => self.change_roots(),
            84..88 => self.evict(),
            88 => self.evict_all(),
            89..96 => self.invalidate(),
            _ => self.compile_all(),
        }
    }

    fn call(&mut self) {
        let key = self.key();
        // Often the entry leads to the code, and the cache never knows.
        if self.shop.host.entry(key).is_some() && self.random.bool() {
            return self.shop.assert_works(key);
        }
        let expected = self.model.call(key, &self.shop.plans.get(key));
        let entered = self.shop.cache.enter(key, &self.shop.host);
        assert_eq!(outcome(&entered), expected, "{key}: {entered:?}");
    }

    /// What becomes of some function from its next code on.
    fn plan(&mut self) {
        let key = self.key();
        let (numbers, is_broken) = (self.random.u32(1..30), self.random.u32(..10) == 0);
        let count = self.random.usize(..4);
        let tokens = (0..count).map(|_| Token(self.random.u64(..TOKENS))).collect();
        self.shop.plans.set(key, |plan| {
            (plan.numbers, plan.is_broken, plan.tokens) = (numbers, is_broken, tokens);
        });
    }

    /// Frames come and go, some of them in code that nobody enters any more.
    fn change_roots(&mut self) {
        let mut roots = self.shop.roots();
        self.random.shuffle(&mut roots);
        roots.truncate(self.random.usize(..=roots.len()));
        let pieces: Vec<Piece> = self.model.pieces().cloned().collect();
        for _ in 0..self.random.usize(..4) {
            let Some(piece) = self.random.choice(&pieces) else { break };
            let end = piece.start + piece.bytes as u64;
            // Beside code there may be a stub, to which nobody ever returns.
            let beside = u64::from(!self.counts);
            roots.push(self.random.u64(piece.start - beside..=end + beside));
        }
        self.shop.host.set_roots(roots.iter().copied());
        self.model.set_roots(&roots);
    }

    fn evict(&mut self) {
        let key = self.key();
        assert_eq!(self.shop.cache.evict(key, &self.shop.host), self.model.evict(key));
    }

    fn evict_all(&mut self) {
        assert_eq!(self.shop.cache.evict_all(&self.shop.host), self.model.evict_all());
    }

    fn invalidate(&mut self) {
        let token = Token(self.random.u64(..TOKENS));
        self.shop.host.elsewhere.set(self.random.bool().then_some(ELSEWHERE));
        let count = self.shop.cache.invalidate(token, &self.shop.host);
        assert_eq!(count, self.model.invalidate(token, &self.shop.roots()));
    }

    fn compile_all(&mut self) {
        let count = self.random.usize(..8);
        let keys: Vec<u32> = (0..count).map(|_| self.key()).collect();
        let plans: Vec<_> = keys.iter().map(|&key| (key, self.shop.plans.get(key))).collect();
        let compiled = self.shop.cache.compile_all(keys.iter().copied());
        assert_eq!(compiled.ok(), self.model.compile_all(&plans));
        for key in keys {
            self.shop.host.set_entry(key, self.shop.cache.way_in(key));
        }
    }

    /// Panics unless the cache is as the model is, and the arena as both say.
    fn check(&self) {
        let Pair { shop, model, counts, .. } = self;
        let statistics = shop.cache.statistics();
        let untimed = Statistics { compile_time: Duration::ZERO, ..statistics };
        assert_eq!(untimed, model.statistics());
        for key in 0..KEYS {
            let start = shop.cache.get(key).map(|_| *shop.addresses(key).start());
            assert_eq!(start, model.resident(key).map(|piece| piece.start), "{key}");
            let is_awake = model.awake.iter().any(|piece| piece.key == key);
            assert_eq!(shop.host.entry(key).is_some(), is_awake && !self.is_stressed, "{key}");
        }
        shop.assert_entries(counts.then_some("counter"));
        self.check_arena(&statistics);
    }

    /// Panics unless all code is in the arena, and, but for stubs, no other.
    fn check_arena(&self, statistics: &Statistics) {
        let Pair { shop, model, .. } = self;
        let stubs = if self.counts { statistics.functions } else { 0 };
        let usage = shop.arena.usage();
        assert_eq!(usage.pieces, statistics.functions + model.left.len() + stubs);
        assert_eq!(usage.code, statistics.bytes + stubs * STUB_BYTES);
        for piece in model.pieces() {
            let name = shop.name_at(CodeAddress(piece.start));
            assert_eq!(name, Some(name_of(piece.key)), "it is still there");
        }
    }
}

fn outcome(entered: &Entered) -> Outcome {
    match entered {
        Ok(_) => Outcome::Found,
        Err(Refused::TooLarge { .. }) => Outcome::TooLarge,
        Err(Refused::NoRoom { .. }) => Outcome::NoRoom,
        Err(Refused::Compile(_)) => Outcome::Broken,
        Err(error) => panic!("there is memory: {error:?}"),
    }
}

/// Does it all for some seeds, with budgets from next to nothing to all there can be.
fn live(seeds: std::ops::Range<u64>, is_stressed: bool, counts: bool) {
    for seed in seeds {
        let budget = bytes_of(29) * (seed as usize % 12) / 2 + 60;
        Pair::new(seed, budget, is_stressed, counts).live();
    }
}

#[test]
fn a_cache_does_what_the_model_does() {
    live(0..36, false, false);
}

#[test]
fn a_cache_that_counts_calls_does_what_the_model_does() {
    live(100..124, false, true);
}

#[test]
fn a_cache_under_stress_does_what_the_model_does() {
    live(200..224, true, false);
}
