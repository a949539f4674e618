//! One round: functions published into fresh memory, freed, published where there has
//! been code, and freed again. Chapter 4 of the book, "Payoff".

use std::fmt;
use std::time::{Duration, Instant};

use super::space::Space;
use super::ways::{Refusal, Way};

/// How long a round lasts at least: what is quicker is done many times.
pub(super) const DURATION: Duration = Duration::from_millis(20);

/// What a round came to.
#[derive(Debug)]
pub(super) struct Round {
    functions: usize,
    /// How often all was done.
    passes: u32,
    times: Times,
    /// By how much what is mapped had grown when all functions were there.
    space: Space,
}

/// For all functions, in all passes.
#[derive(Debug, Default)]
struct Times {
    /// Of publishing into fresh memory; the first of many functions pays for what all
    /// need.
    cold: Duration,
    /// Of publishing where there has been code.
    warm: Duration,
    /// Of freeing, twice.
    free: Duration,
}

/// Publishes and frees so many functions of so many bytes, until `duration` has
/// passed, at least once.
///
/// # Errors
/// When there is no memory for them.
pub(super) fn measure(
    way: Way,
    functions: usize,
    bytes: usize,
    duration: Duration,
) -> Result<Round, Refusal> {
    let code = vec![1; bytes];
    let before = Space::now()?;
    let mut round = Round { functions, passes: 0, times: Times::default(), space: before };
    while round.passes == 0 || round.times.total() < duration {
        let space = round.times.pass(way, functions, &code, round.passes == 0)?;
        round.space = space.map_or(round.space, |space| space - before);
        round.passes += 1;
    }
    Ok(round)
}

impl Times {
    /// Does all once, and looks at what is mapped if that is wanted.
    fn pass(
        &mut self,
        way: Way,
        functions: usize,
        code: &[u8],
        is_looked_at: bool,
    ) -> Result<Option<Space>, Refusal> {
        let mut random = fastrand::Rng::with_seed(4);
        let mut memory = way.memory(functions);
        self.cold += timed(|| memory.publish(functions, code))?;
        let space = if is_looked_at { Some(Space::now()?) } else { None };
        memory.shuffle(&mut random);
        self.free += timed(|| memory.free())?;
        self.warm += timed(|| memory.publish(functions, code))?;
        memory.shuffle(&mut random);
        self.free += timed(|| memory.free())?;
        Ok(space)
    }

    fn total(&self) -> Duration {
        self.cold + self.warm + self.free
    }
}

fn timed(action: impl FnOnce() -> Result<(), Refusal>) -> Result<Duration, Refusal> {
    let start = Instant::now();
    action()?;
    Ok(start.elapsed())
}

/// As a line of JSON: nanoseconds for each function, and space for all of them.
impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Round { functions, passes, times, space } = self;
        let all = *functions as f64 * f64::from(*passes);
        let each = |time: Duration, times: f64| time.as_nanos() as f64 / (all * times);
        let Space { mappings, executable_bytes, resident_bytes } = space;
        write!(
            f,
            "{{\"cold\": {:.1}, \"warm\": {:.1}, \"free\": {:.1}, \"mappings\": {mappings}, \
             \"executable_bytes\": {executable_bytes}, \"resident_bytes\": {resident_bytes}}}",
            each(times.cold, 1.0),
            each(times.warm, 1.0),
            each(times.free, 2.0),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::ways::ALL;
    use super::*;

    #[test]
    fn functions_are_executable_and_resident_in_every_way() {
        for way in ALL {
            let round = measure(way, 200, 200_000, Duration::ZERO).unwrap();
            assert_eq!(round.passes, 1);
            // 40 MB, less what other tests unmap meanwhile.
            let Space { executable_bytes, resident_bytes, .. } = round.space;
            assert!(executable_bytes.min(resident_bytes) > 30_000_000, "{way:?}: {round:?}");
        }
    }

    #[test]
    fn what_is_quick_is_done_more_than_once() {
        let round = measure(ALL[0], 1, 800, Duration::from_millis(5)).unwrap();
        assert!(round.passes > 1, "{round:?}");
        assert!(round.times.total() >= Duration::from_millis(5), "{round:?}");
    }

    #[test]
    fn a_round_is_told_for_each_function() {
        let nanoseconds = Duration::from_nanos;
        let times =
            Times { cold: nanoseconds(4000), warm: nanoseconds(1000), free: nanoseconds(2000) };
        let space = Space { mappings: 3, executable_bytes: 8192, resident_bytes: -4096 };
        let round = Round { functions: 5, passes: 2, times, space };
        assert_eq!(
            round.to_string(),
            "{\"cold\": 400.0, \"warm\": 100.0, \"free\": 100.0, \"mappings\": 3, \
             \"executable_bytes\": 8192, \"resident_bytes\": -4096}"
        );
    }
}
