//! Which bytes are nobody's. Chapter 4 of the book, "Who owns which bytes".

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

// ANCHOR: ranges
/// Ranges that nobody has. No two of them touch.
#[derive(Clone, Debug, Default)]
pub(super) struct FreeRanges {
    /// From where each one begins to where it ends.
    by_start: BTreeMap<usize, usize>,
    /// How long each is, and where it begins.
    by_size: BTreeSet<(usize, usize)>,
}
// ANCHOR_END: ranges

impl FreeRanges {
    /// One range.
    pub(super) fn new(range: Range<usize>) -> FreeRanges {
        let mut ranges = FreeRanges::default();
        ranges.insert(range);
        ranges
    }

    // ANCHOR: take
    /// Takes this many bytes: the start of the shortest range that has them, and of
    /// those the first one.
    pub(super) fn take(&mut self, bytes: usize) -> Option<Range<usize>> {
        let &(size, start) = self.by_size.range((bytes, 0)..).next()?;
        self.remove(start, size);
        if size > bytes {
            self.insert(start + bytes..start + size);
        }
        Some(start..start + bytes)
    }

    // ANCHOR_END: take

    /// The same, of bytes from `start` on: the first of the last range that has them.
    pub(super) fn take_behind(&mut self, start: usize, bytes: usize) -> Option<Range<usize>> {
        let room = |(&from, &end): (&usize, &usize)| {
            let first = from.max(start);
            (end.checked_sub(first)? >= bytes).then_some((from, end, first))
        };
        let (from, end, first) = self.by_start.iter().rev().find_map(room)?;
        self.remove(from, end - from);
        self.insert(from..first);
        self.insert(first + bytes..end);
        Some(first..first + bytes)
    }

    // ANCHOR: give
    /// Gives a range back, which grows together with its neighbours.
    ///
    /// # Panics
    /// When somebody has given a part of it back before.
    pub(super) fn give(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return; // it may lie within what has become free around it
        }
        let Range { mut start, mut end } = range;
        if let Some((&before, &its_end)) = self.by_start.range(..end).next_back() {
            assert!(its_end <= start, "bytes are given back once");
            if its_end == start {
                self.remove(before, its_end - before);
                start = before;
            }
        }
        if let Some(&its_end) = self.by_start.get(&end) {
            self.remove(end, its_end - end);
            end = its_end;
        }
        self.insert(start..end);
    }
    // ANCHOR_END: give

    /// How many bytes there are.
    pub(super) fn total(&self) -> usize {
        self.iter().map(|range| range.len()).sum()
    }

    /// The ranges, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Range<usize>> {
        self.by_start.iter().map(|(&start, &end)| start..end)
    }

    fn insert(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.by_size.insert((range.len(), range.start));
            self.by_start.insert(range.start, range.end);
        }
    }

    fn remove(&mut self, start: usize, size: usize) {
        self.by_start.remove(&start);
        self.by_size.remove(&(size, start));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_range_that_is_long_enough_is_taken() {
        let mut ranges = FreeRanges::new(0..1000);
        let taken: Vec<_> = (0..5).map(|_| ranges.take(100).unwrap()).collect();
        ranges.give(taken[0].clone());
        ranges.give(taken[2].clone());
        assert_eq!(ranges.take(80), Some(0..80));
        assert_eq!(ranges.take(100), Some(200..300));
        assert_eq!(ranges.take(100), Some(500..600));
        assert_eq!(ranges.take(401), None);
    }

    #[test]
    fn what_comes_back_grows_together() {
        let mut ranges = FreeRanges::new(0..300);
        for _ in 0..3 {
            ranges.take(100).unwrap();
        }
        assert_eq!(ranges.take(1), None);
        ranges.give(0..100);
        ranges.give(200..300);
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [0..100, 200..300]);
        ranges.give(100..200);
        assert!(ranges.iter().eq(std::iter::once(0..300)), "{ranges:?}");
        assert_eq!(ranges.total(), 300);
    }

    #[test]
    #[should_panic = "bytes are given back once"]
    fn nothing_is_given_back_twice() {
        let mut ranges = FreeRanges::new(0..100);
        let taken = ranges.take(50).unwrap();
        ranges.give(taken.clone());
        ranges.give(taken);
    }

    #[test]
    fn ranges_taken_and_given_at_random_never_overlap_and_come_back_whole() {
        let mut random = fastrand::Rng::with_seed(4);
        let mut ranges = FreeRanges::new(0..100_000);
        let mut taken: Vec<Range<usize>> = Vec::new();
        let mut owned = vec![false; 100_000];
        for _ in 0..20_000 {
            if random.bool()
                && let Some(range) = ranges.take(random.usize(1..500))
            {
                assert!(!owned[range.clone()].contains(&true), "{range:?} was somebody's");
                owned[range.clone()].fill(true);
                taken.push(range);
            } else if !taken.is_empty() {
                let range = taken.swap_remove(random.usize(..taken.len()));
                owned[range.clone()].fill(false);
                ranges.give(range);
            }
            debug_assert_eq!(ranges.total(), ranges.by_size.iter().map(|it| it.0).sum::<usize>());
        }
        taken.into_iter().for_each(|range| ranges.give(range));
        assert!(ranges.iter().eq(std::iter::once(0..100_000)), "{ranges:?}");
    }
}
