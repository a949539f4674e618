//! The state of a loop over a range, three words wide.

use super::Value;

/// The state of a `for` loop over a range, which fills three frame slots with
/// even words: the next number, the step, and how many numbers are left. The
/// count may need all 63 bits and no sign; it is never shown as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct RangeState {
    /// The number that the next iteration gets.
    pub next: Value,
    /// What is added after each iteration.
    pub step: Value,
    /// Twice the number of iterations left.
    pub remaining: Value,
}

impl RangeState {
    /// How many frame slots a loop's state takes.
    pub const SLOTS: u32 = 3;

    /// The loop over `range(start, stop, step)`; the arguments have at most 63
    /// bits and the step is not zero.
    pub(crate) fn new(start: i64, stop: i64, step: i64) -> RangeState {
        debug_assert_ne!(step, 0, "range() has checked its step");
        let distance = if step > 0 { stop - start } else { start - stop };
        let iterations =
            if distance <= 0 { 0 } else { (distance as u64).div_ceil(step.unsigned_abs()) };
        let word = |number: i64| Value((number as u64) << 1);
        RangeState { next: word(start), step: word(step), remaining: Value(iterations << 1) }
    }

    /// The next number, unless the loop is over.
    #[inline(always)]
    pub(crate) fn advance(&mut self) -> Option<Value> {
        if self.remaining.0 == 0 {
            return None;
        }
        let number = self.next;
        self.remaining.0 -= 2;
        // Behind the last number the sum may wrap; nobody will see it.
        self.next.0 = self.next.0.wrapping_add(self.step.0);
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(start: i64, stop: i64, step: i64) -> Vec<i64> {
        let mut state = RangeState::new(start, stop, step);
        std::iter::from_fn(|| state.advance()?.as_int()).take(10).collect()
    }

    #[test]
    fn ranges_count_up_and_down_and_stop_at_the_edge() {
        assert_eq!(numbers(0, 3, 1), [0, 1, 2]);
        assert_eq!(numbers(5, 0, -2), [5, 3, 1]);
        assert!(numbers(3, 3, 1).is_empty());
        assert!(numbers(0, 3, -1).is_empty());
        let max = Value::MAX_INT;
        assert_eq!(numbers(max - 2, max, 2), [max - 2]);
        assert_eq!(numbers(Value::MIN_INT, max, max), [Value::MIN_INT, -1, max - 1]);
    }
}
