//! Who depends on what. CPython asks a Bloom filter of 256 bits for each executor, which
//! may say yes too often; this list is exact. Chapter 5 of the book, "What code takes for
//! granted".

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use super::compiler::Token;

/// By token, the keys whose code depends on it.
#[derive(Debug)]
pub(super) struct Dependencies<K>(FxHashMap<Token, FxHashSet<K>>);

impl<K: Copy + Eq + Hash> Dependencies<K> {
    pub(super) fn new() -> Dependencies<K> {
        Dependencies(FxHashMap::default())
    }

    pub(super) fn add(&mut self, key: K, tokens: &[Token]) {
        for &token in tokens {
            self.0.entry(token).or_default().insert(key);
        }
    }

    pub(super) fn remove(&mut self, key: K, tokens: &[Token]) {
        for token in tokens {
            let Some(keys) = self.0.get_mut(token) else { continue };
            keys.remove(&key);
            if keys.is_empty() {
                self.0.remove(token);
            }
        }
    }

    /// The keys whose code depends on a token.
    pub(super) fn of(&self, token: Token) -> Vec<K> {
        self.0.get(&token).map_or_else(Vec::new, |keys| keys.iter().copied().collect())
    }
}
