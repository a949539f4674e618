//! One figure of all rounds. Chapter 0 of the book says why the median.

/// A figure of each round, the least first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Laps(Vec<f64>);

impl Laps {
    pub(super) fn add(&mut self, lap: f64) {
        let place = self.0.partition_point(|&other| other < lap);
        self.0.insert(place, lap);
    }

    /// The middle one (of an even number, the larger of the two middle ones).
    ///
    /// # Panics
    /// When there is none.
    pub(super) fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    /// The least and the most.
    ///
    /// # Panics
    /// When there is none.
    pub(super) fn spread(&self) -> (f64, f64) {
        (self.0[0], self.0[self.0.len() - 1])
    }

    /// All of them.
    pub(super) fn all(&self) -> &[f64] {
        &self.0
    }
}

impl FromIterator<f64> for Laps {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Laps {
        let mut laps = Laps::default();
        figures.into_iter().for_each(|figure| laps.add(figure));
        laps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_and_the_spread_goes_from_end_to_end() {
        let laps: Laps = [3.0, 1.0, f64::INFINITY, 2.0, 2.5].into_iter().collect();
        assert_eq!(laps.median(), 2.5);
        assert_eq!(laps.spread(), (1.0, f64::INFINITY));
    }
}
