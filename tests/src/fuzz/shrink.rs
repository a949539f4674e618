//! Makes a failing program smaller while it still fails: greedy delta
//! debugging (Zeller and Hildebrandt, "Simplifying and isolating
//! failure-inducing input", 2002). "Smaller" is shortlex order on the text, as
//! in Hypothesis: shorter first, then earlier in the alphabet. Every step goes
//! down in that order, so shrinking ends.

mod edits;

use std::collections::HashSet;

use super::tree::Program;
use edits::{EDITS, Edit};

/// How many programs [`shrink`] tries at most.
pub const MAX_TRIES: usize = 3_000;

/// A smaller program for which `fails` is still true, found by trying at most
/// [`MAX_TRIES`] programs; `program` itself if no smaller one was found.
///
/// Every program that `fails` sees is valid Python whose `while` loops end.
/// Still, an edit may make a recursion endless or an integer huge, so `fails`
/// should limit the time that a program gets. No program is tried twice, and
/// `program` itself is not tried: it is known to fail.
pub fn shrink(program: Program, fails: &mut dyn FnMut(&Program) -> bool) -> Program {
    let text = program.to_string();
    let tried = HashSet::new();
    let mut search = Search { program, text, fails, tried };
    loop {
        let before = search.text.clone();
        for (edit, variants) in EDITS {
            (0..variants).for_each(|variant| search.sweep(edit, variant));
        }
        if search.text == before {
            return search.program;
        }
    }
}

/// The state of a search for a smaller program.
struct Search<'a> {
    /// The smallest program that is known to fail.
    program: Program,
    /// That program as it is printed.
    text: String,
    fails: &'a mut dyn FnMut(&Program) -> bool,
    /// The texts of all programs that were tried.
    tried: HashSet<String>,
}

impl Search<'_> {
    /// Tries one edit at every place of the program. Where it succeeds, what
    /// has moved to that place is next.
    fn sweep(&mut self, edit: Edit, variant: usize) {
        let mut position = 0;
        while self.tried.len() < MAX_TRIES {
            let mut candidate = self.program.clone();
            if !edit(&mut candidate, position, variant) {
                return;
            }
            if !self.accepts(candidate) {
                position += 1;
            }
        }
    }

    /// Goes on from `candidate` if it is smaller, new, and fails.
    fn accepts(&mut self, candidate: Program) -> bool {
        let text = candidate.to_string();
        let smaller = (text.len(), &text) < (self.text.len(), &self.text);
        if !smaller || !self.tried.insert(text.clone()) || !(self.fails)(&candidate) {
            return false;
        }
        self.program = candidate;
        self.text = text;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::generate;
    use super::*;

    /// Shrinks the program of the first seed from `seed` on whose text has
    /// `needle`, while it has.
    fn shrunk_to(needle: &str, seed: u64) -> String {
        let has_needle = |program: &Program| program.to_string().contains(needle);
        let program = (seed..).map(generate).find(has_needle);
        let program = program.expect("there is no end of seeds");
        shrink(program, &mut |candidate| has_needle(candidate)).to_string()
    }

    #[test]
    fn nothing_is_left_but_what_fails() {
        for seed in [0, 100, 200, 300] {
            assert_eq!(shrunk_to("//", seed), "0 // 0\n");
            assert_eq!(shrunk_to("elif", seed), "if 0:\n    pass\nelif 0:\n    pass\n");
        }
    }

    #[test]
    fn a_loop_keeps_the_counter_that_ends_it() {
        let expected = "w0 = 0\nwhile True:\n    w0 += 1\n    if w0 > 0:\n        break\n";
        assert_eq!(shrunk_to("while True", 0), expected);
    }

    #[test]
    fn tries_are_limited_and_never_repeated() {
        let program = generate(0);
        let mut seen = HashSet::new();
        let shrunk = shrink(program.clone(), &mut |candidate| {
            assert!(seen.insert(candidate.to_string()), "tried twice:\n{candidate}");
            false
        });
        assert!(seen.len() <= MAX_TRIES);
        assert_eq!(shrunk, program);
    }
}
