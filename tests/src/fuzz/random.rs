//! Random choices that come out the same on every machine: only numbers of a
//! fixed width are drawn, never a `usize`.

use std::ops::RangeInclusive;

/// A stream of choices that a seed determines.
pub(super) struct Random(fastrand::Rng);

impl Random {
    /// The stream that belongs to `seed`.
    pub(super) fn with_seed(seed: u64) -> Random {
        Random(fastrand::Rng::with_seed(seed))
    }

    /// A number from `range`, all equally likely. Panics if it is empty.
    pub(super) fn between(&mut self, range: RangeInclusive<i64>) -> i64 {
        self.0.i64(range)
    }

    /// A count from `range`, all equally likely. Panics if it is empty.
    pub(super) fn count(&mut self, range: RangeInclusive<u32>) -> u32 {
        self.0.u32(range)
    }

    /// True once in `n` times. Panics if `n` is 0.
    pub(super) fn one_in(&mut self, n: u32) -> bool {
        self.0.u32(..n) == 0
    }

    /// One of `choices`, all equally likely. Panics if there are none.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let last = u32::try_from(choices.len()).expect("a few choices") - 1;
        &choices[self.count(0..=last) as usize]
    }

    /// One of `choices`, each as often as the weight beside it says. Panics if
    /// the weights add up to 0.
    pub(super) fn weighted<T: Copy>(&mut self, choices: &[(u32, T)]) -> T {
        let total: u32 = choices.iter().map(|(weight, _)| weight).sum();
        let mut point = self.0.u32(..total);
        for &(weight, choice) in choices {
            if point < weight {
                return choice;
            }
            point -= weight;
        }
        unreachable!("the point lies below the sum of all weights")
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    /// Old seeds are worth nothing once this fails: fastrand's stream changed.
    #[test]
    fn a_seed_gives_the_stream_that_it_always_gave() {
        let mut random = Random::with_seed(13);
        let counts: Vec<u32> = (0..6).map(|_| random.count(0..=999)).collect();
        let wide = random.between(i64::MIN..=i64::MAX);
        assert_eq!(counts, [525, 212, 902, 366, 389, 708]);
        assert_eq!(wide, 5_312_149_546_294_116_445);
    }

    #[test]
    fn a_weight_of_zero_is_never_chosen() {
        let mut random = Random::with_seed(1);
        let choices = [(0, 'a'), (1, 'b'), (0, 'c'), (3, 'd')];
        let drawn: String = (0..100).map(|_| random.weighted(&choices)).collect();
        assert!(drawn.contains('b') && drawn.contains('d'));
        assert!(!drawn.contains(['a', 'c']));
    }
}
