//! The rounds: every way is tried once a round with every number of functions, in
//! turn, so that a slow minute of the machine hits all alike.

use std::path::Path;

use anyhow::Result;
use indicatif::ProgressBar;

use super::way::{Round, Space, WAYS, Way};

/// How many functions there are at once.
pub(super) const FUNCTIONS: [u32; 3] = [1, 1_000, 100_000];

/// What one way comes to with one number of functions.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) functions: u32,
    pub(super) way: &'static Way,
    /// Or why there cannot be so many functions.
    pub(super) result: Result<Cost, String>,
}

/// What memory for functions costs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cost {
    /// Publishing where no code has been.
    pub(super) cold: Laps,
    /// Publishing where code has been freed.
    pub(super) warm: Laps,
    pub(super) free: Laps,
    /// As in the first round: it is the same in all, but for a few pages.
    pub(super) space: Space,
}

/// Nanoseconds per function, one for each round, shortest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Laps(pub(super) Vec<f64>);

/// Measures for `rounds` rounds, with functions of so many bytes. `bar` counts the runs.
///
/// # Errors
/// The program crashes or hangs. That there cannot be so many functions is no error.
pub(super) fn measure(
    program: &Path,
    bytes: u32,
    rounds: usize,
    bar: &ProgressBar,
) -> Result<Vec<Entry>> {
    let entry = |functions, way| Entry { functions, way, result: Ok(Cost::default()) };
    let entries =
        FUNCTIONS.iter().flat_map(|&functions| WAYS.iter().map(move |way| entry(functions, way)));
    let mut entries: Vec<Entry> = entries.collect();
    for _ in 0..rounds {
        for entry in &mut entries {
            bar.set_message(format!("{}, {} at once", entry.way.name, entry.functions));
            entry.run(|way, functions| way.round(program, functions, bytes))?;
            bar.inc(1);
        }
    }
    Ok(entries)
}

impl Entry {
    /// One run. Who has refused once is not asked again.
    fn run(
        &mut self,
        round: impl FnOnce(&Way, u32) -> Result<Result<Round, String>>,
    ) -> Result<()> {
        if let Ok(cost) = &mut self.result {
            match round(self.way, self.functions)? {
                Ok(round) => cost.add(round),
                Err(reason) => self.result = Err(reason),
            }
        }
        Ok(())
    }
}

impl Cost {
    pub(super) fn add(&mut self, round: Round) {
        if self.cold.0.is_empty() {
            self.space = round.space;
        }
        self.cold.add(round.cold);
        self.warm.add(round.warm);
        self.free.add(round.free);
    }
}

impl Laps {
    fn add(&mut self, lap: f64) {
        let place = self.0.partition_point(|&other| other < lap);
        self.0.insert(place, lap);
    }

    /// The middle lap (of an even number, the longer of the two middle ones).
    ///
    /// # Panics
    /// When there is no lap.
    pub(super) fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(cold: f64, mappings: i64) -> Round {
        let space = Space { mappings, ..Space::default() };
        Round { cold, warm: 1.0, free: 2.0, space }
    }

    fn entry() -> Entry {
        Entry { functions: 1, way: &WAYS[0], result: Ok(Cost::default()) }
    }

    #[test]
    fn laps_are_kept_in_order_and_space_is_that_of_the_first_round() {
        let mut entry = entry();
        for (cold, mappings) in [(30.0, 3), (10.0, 4), (20.0, 5)] {
            entry.run(|_, _| Ok(Ok(round(cold, mappings)))).expect("nothing fails");
        }
        let cost = entry.result.expect("nothing was refused");
        assert_eq!(cost.cold, Laps(vec![10.0, 20.0, 30.0]));
        assert_eq!(cost.cold.median(), 20.0);
        assert_eq!(cost.space.mappings, 3);
    }

    #[test]
    fn who_has_refused_is_not_asked_again() {
        let mut entry = entry();
        entry.run(|_, _| Ok(Err("no".to_owned()))).expect("a refusal is no error");
        entry.run(|_, _| panic!("it has been asked again")).expect("nothing fails");
        assert_eq!(entry.result, Err("no".to_owned()));
    }
}
