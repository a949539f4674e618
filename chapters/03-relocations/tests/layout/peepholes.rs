//! The stencils of the JIT before and after each peephole, and the code that is
//! put together from them.

use std::collections::HashMap;
use std::fs;

use ch00_workbench::{Line, Listing};
use ch03_relocations::layout::{Peephole, Peepholes, Stencil};
use ch03_relocations::listing;

use crate::running::{compile, program, stencils};

/// A stencil's code with some peepholes.
fn code(stencil: &str, peepholes: Peepholes) -> Listing {
    let stencils = stencils(peepholes);
    let id = stencils.library().find(stencil).expect("there is one");
    listing::code_of(stencils.library(), id)
}

/// What a stencil is like without one of the peepholes, and with all of them.
fn before_and_after(peephole: Peephole, stencil: &str) -> String {
    let before = code(stencil, Peepholes::ALL.without(peephole));
    let after = code(stencil, Peepholes::ALL);
    assert_ne!(before, after, "{} does something to {stencil}", peephole.name());
    format!("{stencil} without {}:\n\n{before}\nwith it:\n\n{after}", peephole.name())
}

#[test]
fn what_comes_next_anyway_needs_no_jump() {
    insta::assert_snapshot!(before_and_after(Peephole::FallThrough, "BINARY_OP_ADD"));
}

#[test]
fn a_branch_over_a_jump_becomes_its_opposite() {
    insta::assert_snapshot!(before_and_after(Peephole::InvertedBranches, "POP_JUMP_IF_FALSE"));
}

#[test]
fn a_jump_to_a_jump_goes_where_that_one_goes() {
    insta::assert_snapshot!(before_and_after(Peephole::ThreadedJumps, "FOR_ITER"));
}

#[test]
fn slow_paths_lie_elsewhere() {
    insta::assert_snapshot!(before_and_after(Peephole::ColdStream, "BINARY_OP_ADD"));
}

#[test]
fn a_jump_that_does_not_go_far_is_short() {
    insta::assert_snapshot!(before_and_after(Peephole::ShortJumps, "RESUME"));
}

#[test]
fn the_stencils_are_as_they_were() {
    insta::assert_snapshot!("stencils", listing::stencils(stencils(Peepholes::ALL).library()));
    insta::assert_snapshot!(
        "stencils_as_compiled",
        listing::stencils(stencils(Peepholes::NONE).library())
    );
}

#[test]
fn the_holes_are_as_they_were() {
    insta::assert_snapshot!("holes", listing::holes(stencils(Peepholes::ALL).library()));
}

#[test]
fn the_code_of_a_function_is_as_it_was() {
    insta::glob!("../../../02-stencils/tests/code", "*.py", |path| {
        let program = program(&fs::read_to_string(path).unwrap());
        let listing = compile(&program, &stencils(Peepholes::ALL)).listing();
        // The module comes first; it makes the function and ends.
        let is_title = |line: &&Line| !line.heading.is_empty();
        let title = listing.lines.iter().filter(is_title).nth(2).expect("a function");
        let lines = listing.lines.iter().skip_while(|line| *line != title).cloned().collect();
        insta::assert_snapshot!(Listing { title: String::new(), lines });
    });
}

/// The sum of a size of all stencils.
fn sum(peepholes: Peepholes, size: impl Fn(&Stencil) -> usize) -> usize {
    stencils(peepholes).library().iter().map(|(_, stencil)| size(stencil)).sum()
}

/// But for the cold stream: it keeps long the jumps to and from it.
#[test]
fn no_peephole_makes_stencils_longer() {
    let size = |stencil: &Stencil| stencil.hot.code.len() + stencil.cold.code.len();
    let sizes: HashMap<Peepholes, usize> =
        Peepholes::every().map(|peepholes| (peepholes, sum(peepholes, size))).collect();
    for (peepholes, &more) in &sizes {
        for peephole in Peephole::ALL.into_iter().filter(|&one| one != Peephole::ColdStream) {
            let fewer = sizes[&peepholes.without(peephole)];
            assert!(more <= fewer, "{peephole:?} makes {more} bytes of {fewer}");
        }
    }
}

#[test]
fn what_the_cold_stream_takes_is_missing_from_the_hot_one() {
    let hot = |stencil: &Stencil| stencil.hot.code.len();
    let cold = |stencil: &Stencil| stencil.cold.code.len();
    let without = Peepholes::ALL.without(Peephole::ColdStream);
    assert_eq!(sum(without, cold), 0);
    assert!(sum(Peepholes::ALL, hot) * 3 < sum(without, hot) * 2);
}
