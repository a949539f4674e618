//! A cache of lists, which does what a cache should do, slowly. It knows no code: where
//! something lies is for the test to tell it.

use std::collections::BTreeMap;

use ch05_code_cache::{CacheOptions, Statistics, Token};

use crate::toy::{Plan, bytes_of};

/// Code that there is.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) key: u32,
    pub(crate) bytes: usize,
    tokens: Vec<Token>,
    /// Where it begins.
    pub(crate) start: u64,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Found,
    TooLarge,
    NoRoom,
    Broken,
}

/// What is known of a key that may have no code.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    bytes: usize,
    is_compiled: bool,
    /// How often there was no room for it since it had code, how often it had to go for
    /// others, and how many calls have to pass until the next attempt.
    failures: u32,
    losses: u32,
    waits: u32,
}

impl Known {
    fn wait(&mut self) {
        self.waits = (0..self.failures + self.losses.saturating_sub(4))
            .fold(0, |waits, _| 1023.min(2 * waits + 1));
    }
}

/// The cache.
#[derive(Debug)]
pub(crate) struct Model {
    options: CacheOptions,
    /// The coldest first.
    pub(crate) dozing: Vec<Piece>,
    pub(crate) awake: Vec<Piece>,
    /// What nobody enters any more.
    pub(crate) left: Vec<Piece>,
    known: BTreeMap<u32, Known>,
    roots: Vec<u64>,
    statistics: Statistics,
}

impl Piece {
    pub(crate) fn is_entered(&self, roots: &[u64]) -> bool {
        let end = self.start + self.bytes as u64;
        roots.iter().any(|&root| self.start <= root && root <= end)
    }
}

fn total<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> usize {
    pieces.into_iter().map(|piece| piece.bytes).sum()
}

impl Model {
    pub(crate) fn new(options: CacheOptions) -> Model {
        Model {
            options,
            dozing: Vec::new(),
            awake: Vec::new(),
            left: Vec::new(),
            known: BTreeMap::new(),
            roots: Vec::new(),
            statistics: Statistics::default(),
        }
    }

    /// All code that there is.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.dozing.iter().chain(&self.awake).chain(&self.left)
    }

    /// The code of a function.
    pub(crate) fn resident(&self, key: u32) -> Option<&Piece> {
        self.dozing.iter().chain(&self.awake).find(|piece| piece.key == key)
    }

    pub(crate) fn statistics(&self) -> Statistics {
        let functions = self.dozing.len() + self.awake.len();
        Statistics { functions, bytes: total(self.pieces()), ..self.statistics }
    }

    pub(crate) fn set_roots(&mut self, roots: &[u64]) {
        self.roots = roots.to_vec();
    }

    pub(crate) fn call(&mut self, key: u32, plan: &Plan) -> Outcome {
        self.statistics.visits += 1;
        let outcome = self.find(key, plan);
        self.statistics.refused += u64::from(outcome != Outcome::Found);
        outcome
    }

    fn find(&mut self, key: u32, plan: &Plan) -> Outcome {
        if self.options.is_stressed {
            self.evict_where(|piece| piece.key != key);
        }
        if let Some(index) = self.dozing.iter().position(|piece| piece.key == key) {
            let piece = self.dozing.remove(index);
            self.awake.push(piece);
            self.statistics.woken += 1;
        }
        if self.resident(key).is_some() { Outcome::Found } else { self.compile(key, plan) }
    }

    fn compile(&mut self, key: u32, plan: &Plan) -> Outcome {
        let known = self.known.entry(key).or_default().bytes;
        let outcome = self.find_room(key, known);
        if outcome != Outcome::Found {
            return outcome;
        }
        if plan.is_broken {
            return Outcome::Broken;
        }
        let bytes = self.link(key, plan);
        let outcome = self.find_room(key, bytes);
        if outcome == Outcome::Found {
            self.admit(key, plan);
            self.put_to_doze(key);
        }
        outcome
    }

    fn link(&mut self, key: u32, plan: &Plan) -> usize {
        let bytes = bytes_of(plan.numbers);
        self.known.entry(key).or_default().bytes = bytes;
        bytes
    }

    fn find_room(&mut self, key: u32, bytes: usize) -> Outcome {
        if bytes > self.options.budget {
            return Outcome::TooLarge;
        }
        if total(self.pieces()) + bytes <= self.options.budget {
            return Outcome::Found;
        }
        let known = self.known.entry(key).or_default();
        if known.waits > 0 {
            known.waits -= 1;
            return Outcome::NoRoom;
        }
        self.sweep();
        match self.victims(bytes) {
            Some(victims) => {
                self.statistics.evicted += victims.len() as u64;
                for victim in victims {
                    self.remove(victim);
                    let known = self.known.entry(victim).or_default();
                    known.losses += 1;
                    known.wait();
                }
                Outcome::Found
            }
            None => {
                let known = self.known.entry(key).or_default();
                known.failures += 1;
                known.wait();
                Outcome::NoRoom
            }
        }
    }

    /// Whose code has to go so that there is room for so many bytes.
    fn victims(&self, bytes: usize) -> Option<Vec<u32>> {
        let mut left = total(self.pieces()) + bytes;
        let mut victims = Vec::new();
        for piece in self.dozing.iter().chain(&self.awake) {
            if left > self.options.budget && !piece.is_entered(&self.roots) {
                left -= piece.bytes;
                victims.push(piece.key);
            }
        }
        (left <= self.options.budget).then_some(victims)
    }

    fn admit(&mut self, key: u32, plan: &Plan) {
        let bytes = bytes_of(plan.numbers);
        self.awake.push(Piece { key, bytes, tokens: plan.tokens.clone(), start: 0 });
        let known = self.known.entry(key).or_default();
        (known.failures, known.waits) = (0, 0);
        self.statistics.recompiled += u64::from(known.is_compiled);
        known.is_compiled = true;
        self.statistics.compiled += 1;
        self.statistics.steps += u64::from(plan.numbers) + 2;
        self.statistics.peak_bytes = self.statistics.peak_bytes.max(total(self.pieces()));
    }

    fn put_to_doze(&mut self, key: u32) {
        while total(&self.awake) > self.options.budget / 4 * 3 && self.awake[0].key != key {
            self.dozing.push(self.awake.remove(0));
        }
    }

    /// Compiles what fits; nothing if something is broken.
    pub(crate) fn compile_all(&mut self, keys: &[(u32, Plan)]) -> Option<usize> {
        let mut room = self.options.budget - total(self.pieces());
        let mut all: Vec<&(u32, Plan)> = Vec::new();
        for (index, (key, plan)) in keys.iter().enumerate() {
            let is_first = keys[..index].iter().all(|(before, _)| before != key);
            if self.resident(*key).is_some() || !is_first {
                continue;
            }
            if plan.is_broken {
                return None;
            }
            let bytes = self.link(*key, plan);
            if bytes <= room {
                room -= bytes;
                all.push(&keys[index]);
            }
        }
        all.iter().for_each(|(key, plan)| self.admit(*key, plan));
        Some(all.len())
    }

    pub(crate) fn evict(&mut self, key: u32) -> bool {
        self.evict_where(|piece| piece.key == key) > 0
    }

    pub(crate) fn evict_all(&mut self) -> usize {
        self.evict_where(|_| true)
    }

    fn evict_where(&mut self, is_meant: impl Fn(&Piece) -> bool) -> usize {
        let residents = self.dozing.iter().chain(&self.awake);
        let can_go = residents.filter(|piece| is_meant(piece) && !piece.is_entered(&self.roots));
        let keys: Vec<u32> = can_go.map(|piece| piece.key).collect();
        keys.iter().for_each(|&key| self.remove(key));
        self.statistics.evicted += keys.len() as u64;
        if !keys.is_empty() {
            self.sweep();
        }
        keys.len()
    }

    /// Invalidates; `roots` are those that are left.
    pub(crate) fn invalidate(&mut self, token: Token, roots: &[u64]) -> usize {
        let residents = self.dozing.iter().chain(&self.awake);
        let keys: Vec<u32> = residents
            .filter(|piece| piece.tokens.contains(&token))
            .map(|piece| piece.key)
            .collect();
        keys.iter().for_each(|&key| self.remove(key));
        self.set_roots(roots);
        self.sweep();
        self.statistics.invalidated += keys.len() as u64;
        keys.len()
    }

    /// Has a function have no code any more.
    fn remove(&mut self, key: u32) {
        for list in [&mut self.dozing, &mut self.awake] {
            if let Some(index) = list.iter().position(|piece| piece.key == key) {
                self.left.push(list.remove(index));
            }
        }
        self.left.retain(|piece| piece.key != key || piece.is_entered(&self.roots));
    }

    fn sweep(&mut self) {
        let roots = &self.roots;
        self.left.retain(|piece| piece.is_entered(roots));
    }

    /// Tells where the code of each function lies that has none of which this is known.
    pub(crate) fn learn(&mut self, start: impl Fn(u32) -> u64) {
        let residents = self.dozing.iter_mut().chain(&mut self.awake);
        for piece in residents.filter(|piece| piece.start == 0) {
            piece.start = start(piece.key);
        }
    }
}
