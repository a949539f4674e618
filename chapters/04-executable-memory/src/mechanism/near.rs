//! Where to put code so that calls and jumps of 32 bits get from there to what it
//! calls. Chapter 4 of the book, "Near".

use std::ops::Range;

/// How far a distance of 32 bits gets, with some room for operands and addends.
const REACH: u64 = (1 << 31) - (1 << 20);

/// How far apart the addresses are that are tried.
const STEP: u64 = 1 << 24;

// ANCHOR: candidates
/// Where so many bytes could begin, to be in reach of all of `target`: below it
/// first, where a program has nothing, the nearest first; then above.
pub(super) fn candidates(target: Range<u64>, bytes: u64, page: u64) -> impl Iterator<Item = u64> {
    let highest_below = target.start.checked_sub(bytes).map(|it| it / page * page);
    let lowest = target.end.saturating_sub(REACH).max(STEP);
    let below = steps(highest_below, |start| start.checked_sub(STEP));
    let lowest_above = target.end.checked_next_multiple_of(page);
    let highest = (target.start.saturating_add(REACH)).saturating_sub(bytes);
    let above = steps(lowest_above, |start| start.checked_add(STEP));
    let below = below.take_while(move |&start| start >= lowest);
    below.chain(above.take_while(move |&start| start <= highest))
}
// ANCHOR_END: candidates

fn steps(start: Option<u64>, next: impl Fn(u64) -> Option<u64>) -> impl Iterator<Item = u64> {
    std::iter::successors(start, move |&start| next(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether distances of 32 bits get from everywhere in one range to everywhere
    /// in the other.
    fn reaches(from: Range<u64>, to: &Range<u64>) -> bool {
        let distance = |from: u64, to: u64| i32::try_from(to as i64 - from as i64).is_ok();
        distance(from.start, to.end) && distance(from.end, to.start)
    }

    #[test]
    fn from_every_candidate_all_of_the_target_is_in_reach() {
        let bytes = 1 << 26;
        let targets = [
            0x5555_0000_0000..0x5555_0060_0000,
            0x40_0000..0x90_0000,
            0x7fff_0000_0000..0x7fff_0000_0001,
        ];
        for target in targets {
            let starts: Vec<u64> = candidates(target.clone(), bytes, 4096).collect();
            assert!(!starts.is_empty());
            for start in starts {
                assert!(start.is_multiple_of(4096));
                assert!(reaches(start..start + bytes, &target), "{start:#x} for {target:#x?}");
                assert!(start + bytes <= target.start || target.end <= start);
            }
        }
    }

    #[test]
    fn what_lies_below_comes_first_and_what_is_near_before_what_is_far() {
        let starts: Vec<u64> =
            candidates(0x5555_0000_0000..0x5555_0060_0000, 1 << 20, 4096).collect();
        assert_eq!(starts[0], 0x5555_0000_0000 - (1 << 20));
        assert_eq!(starts[1], starts[0] - STEP);
        let above = starts.iter().position(|&start| start > 0x5555_0000_0000).unwrap();
        assert!(starts[..above].is_sorted_by(|a, b| a > b));
        assert_eq!(starts[above], 0x5555_0060_0000);
        assert!(starts[above..].is_sorted());
        assert!(above > 100, "there is much room below");
    }

    #[test]
    fn there_is_no_candidate_for_what_cannot_be_in_reach() {
        assert_eq!(candidates(0x1000_0000..0x2000_0000, 1 << 31, 4096).count(), 0);
        assert_eq!(candidates(0x10_0000_0000..0x20_0000_0000, 1 << 20, 4096).count(), 0);
    }
}
