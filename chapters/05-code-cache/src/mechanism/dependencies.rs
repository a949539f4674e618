//! Who depends on what. CPython asks a Bloom filter of 256 bits for each executor, which
//! may say yes too often; this list is exact. Chapter 5 of the book, "What code takes for
//! granted".

use rustc_hash::FxHashMap;

use super::compiler::Token;

/// By token, the keys whose code depends on it, in no order.
#[derive(Debug)]
pub(super) struct Dependencies<K>(FxHashMap<Token, Vec<K>>);

impl<K: Copy + Eq> Dependencies<K> {
    pub(super) fn new() -> Dependencies<K> {
        Dependencies(FxHashMap::default())
    }

    pub(super) fn add(&mut self, key: K, tokens: &[Token]) {
        for &token in tokens {
            self.0.entry(token).or_default().push(key);
        }
    }

    pub(super) fn remove(&mut self, key: K, tokens: &[Token]) {
        for token in tokens {
            let Some(keys) = self.0.get_mut(token) else { continue };
            keys.retain(|&other| other != key);
            if keys.is_empty() {
                self.0.remove(token);
            }
        }
    }

    /// The keys whose code depends on a token.
    pub(super) fn of(&self, token: Token) -> Vec<K> {
        self.0.get(&token).cloned().unwrap_or_default()
    }
}
