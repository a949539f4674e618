//! Who depends on what. CPython asks a Bloom filter of 256 bits for each executor, which
//! may say yes too often; this list is exact. Chapter 5 of the book, "What code takes for
//! granted".

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use super::compiler::Token;

/// The keys whose code depends on a token, in no order. Most often there is one.
type Dependents<K> = SmallVec<[K; 2]>;

/// By token, who depends on it.
#[derive(Debug)]
pub(super) struct Dependencies<K>(IndexMap<Token, Dependents<K>, FxBuildHasher>);

impl<K: Copy + Eq> Dependencies<K> {
    pub(super) fn new() -> Dependencies<K> {
        Dependencies(IndexMap::default())
    }

    pub(super) fn add(&mut self, key: K, tokens: &[Token]) {
        for &token in tokens {
            self.0.entry(token).or_default().push(key);
        }
    }

    pub(super) fn remove(&mut self, key: K, tokens: &[Token]) {
        for token in tokens {
            let Some(keys) = self.0.get_mut(token) else { continue };
            keys.retain(|&mut other| other != key);
            if keys.is_empty() {
                self.0.swap_remove(token);
            }
        }
    }

    /// The keys whose code depends on a token. This forgets that they do, as the code
    /// will be gone: to remove them one by one would be to search the rest for each.
    pub(super) fn take(&mut self, token: Token) -> Dependents<K> {
        self.0.swap_remove(&token).unwrap_or_default()
    }
}
