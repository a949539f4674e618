//! Functions of which no compiler has thought: each set of peepholes has to leave
//! alone what they execute.

use ch02_stencils::HoleKind;
use ch03_relocations::arch::{Condition, Formula, X86_64};
use ch03_relocations::layout::{Peepholes, Stencil, lay_out};
use ch03_relocations::{
    Block, BlockId, End, Function, RawHole, RawTarget, Role, Successor, Symbols,
};
use fastrand::Rng;

use crate::execution::{execute, execute_stencil};

const NEXT: HoleKind = HoleKind(0);
const LABEL: HoleKind = HoleKind(1);
const OUTSIDE: HoleKind = HoleKind(2);

fn symbols() -> Symbols {
    Symbols::new([("NEXT", Role::Next), ("LABEL", Role::Label), ("OUTSIDE", Role::Outside)])
}

fn to(id: u32) -> Successor {
    Successor::Block(BlockId(id))
}

/// Code that says the number of a block, in so many bytes.
fn say(id: u32, size: usize) -> Vec<u8> {
    let mut code = [&[0xb8][..], &id.to_le_bytes()].concat();
    assert!(size >= code.len(), "saying it takes some bytes");
    code.resize(size, 0x90);
    code
}

fn block(code: Vec<u8>, end: End) -> Block {
    Block { code, holes: Vec::new(), end, leaves: false }
}

/// A block that says its number and returns.
fn last(id: u32) -> Block {
    block([say(id, 5), vec![0xc3]].concat(), End::Stop)
}

fn branch(taken: u32, otherwise: u32) -> End {
    End::Branch { condition: Condition(4), taken: to(taken), otherwise: to(otherwise) }
}

fn function(blocks: Vec<Block>) -> Function {
    Function { name: "FUNCTION".to_owned(), blocks }
}

fn laid_out(function: &Function, peepholes: Peepholes) -> Stencil {
    lay_out::<X86_64>(function, &symbols(), peepholes)
}

/// A function of up to eight blocks, most of which can be reached.
fn random_function(rng: &mut Rng) -> Function {
    let count = rng.u32(1..=8);
    function((0..count).map(|id| random_block(rng, id, count)).collect())
}

fn random_block(rng: &mut Rng, id: u32, count: u32) -> Block {
    let condition = Condition(rng.u8(..16));
    let (first, second) = (random_successor(rng, count), random_successor(rng, count));
    let end = match rng.u8(..5) {
        0 => End::Stop,
        1 | 2 => End::Jump(first),
        _ => End::Branch { condition, taken: first, otherwise: second },
    };
    let is_empty = end != End::Stop && rng.u8(..3) == 0;
    let mut code =
        if is_empty { vec![] } else { say(id, rng.choice([5, 9, 60, 127, 140]).unwrap()) };
    let mut holes = Vec::new();
    if !is_empty && rng.u8(..4) == 0 {
        holes.push(add_branch(rng, &mut code, count));
    }
    if end == End::Stop {
        code.push(0xc3);
    }
    Block { code, holes, end, leaves: rng.bool() }
}

/// Adds a branch to somewhere within the code of a block.
fn add_branch(rng: &mut Rng, code: &mut Vec<u8>, count: u32) -> RawHole {
    code.extend([0x0f, 0x80 + rng.u8(..16)]);
    let offset = code.len() as u32;
    code.extend([0; 4]);
    let target = match random_successor(rng, count) {
        Successor::Block(block) => RawTarget::Block(block),
        Successor::Symbol(symbol) => RawTarget::Symbol(symbol),
    };
    RawHole { offset, formula: Formula::Call, target, addend: -4 }
}

fn random_successor(rng: &mut Rng, count: u32) -> Successor {
    match rng.u8(..10) {
        0 => Successor::Symbol(NEXT),
        1 => Successor::Symbol(LABEL),
        2 => Successor::Symbol(OUTSIDE),
        _ => to(rng.u32(..count)),
    }
}

#[test]
fn no_set_of_peepholes_changes_what_is_executed() {
    for seed in 0..400 {
        let function = random_function(&mut Rng::with_seed(seed));
        let expected = execute(&function);
        for peepholes in Peepholes::every() {
            let stencil = laid_out(&function, peepholes);
            let executed = execute_stencil(&stencil, NEXT);
            assert_eq!(executed, expected, "seed {seed} with {peepholes:?}: {function:#?}");
        }
    }
}

/// The bytes of the branch of a function, which is behind so many bytes.
fn branch_behind(function: &Function, bytes: usize) -> Vec<u8> {
    let code = laid_out(function, Peepholes::ALL).hot.code;
    let is_long = code[bytes] == 0x0f;
    code[bytes..bytes + if is_long { 6 } else { 2 }].to_vec()
}

#[test]
fn a_jump_forward_is_short_over_127_bytes_and_long_over_128() {
    let over = |bytes| {
        let skipped = block(say(1, bytes), End::Jump(to(2)));
        function(vec![block(say(0, 5), branch(2, 1)), skipped, last(2)])
    };
    assert_eq!(branch_behind(&over(127), 5), [0x74, 127]);
    assert_eq!(branch_behind(&over(128), 5), [0x0f, 0x84, 128, 0, 0, 0]);
}

#[test]
fn a_jump_back_is_short_over_128_bytes_with_its_own_and_long_over_more() {
    let over = |bytes| {
        let repeated = block(say(1, bytes), branch(1, 2));
        function(vec![block(say(0, 5), End::Jump(to(1))), repeated, last(2)])
    };
    assert_eq!(branch_behind(&over(126), 5 + 126), [0x74, 0x80]);
    assert_eq!(branch_behind(&over(127), 5 + 127), [0x0f, 0x84, 0x7b, 0xff, 0xff, 0xff]);
}

#[test]
fn a_jump_that_grows_may_push_another_out_of_reach() {
    let inner = |bytes| {
        function(vec![
            block(say(0, 5), branch(3, 1)),
            block(say(1, 100), branch(4, 2)),
            block(say(2, 25), End::Jump(to(3))),
            block(say(3, bytes), End::Jump(to(4))),
            last(4),
        ])
    };
    // The branch in between has 2 bytes if it is short, and 6 if it is not.
    assert_eq!(branch_behind(&inner(102), 5), [0x74, 127]);
    assert_eq!(branch_behind(&inner(103), 5), [0x0f, 0x84, 131, 0, 0, 0]);
}

#[test]
fn the_way_on_lies_behind_the_hot_part_and_calls_in_the_cold_one() {
    let slow = Block { leaves: true, ..block(say(1, 9), End::Jump(Successor::Symbol(NEXT))) };
    let fast = block(say(2, 5), End::Jump(Successor::Symbol(NEXT)));
    let function = function(vec![block(say(0, 5), branch(1, 2)), slow, fast]);
    let stencil = laid_out(&function, Peepholes::ALL);
    let blocks = |stencil: &Stencil| -> [Vec<u32>; 2] {
        [&stencil.hot, &stencil.cold].map(|part| part.blocks.iter().map(|it| it.block.0).collect())
    };
    assert_eq!(blocks(&stencil), [vec![0, 2], vec![1]]);
    assert!(stencil.falls_through);
    assert_eq!(stencil.hot.code.len(), 5 + 6 + 5);
    assert_eq!(stencil.cold.code.len(), 9 + 5);
    let as_compiled = laid_out(&function, Peepholes::NONE);
    assert_eq!(blocks(&as_compiled), [vec![0, 1, 2], vec![]]);
    assert!(!as_compiled.falls_through);
}

#[test]
fn blocks_that_only_jump_on_are_left_out() {
    let function = function(vec![
        block(say(0, 5), branch(1, 2)),
        block(vec![], End::Jump(to(3))),
        block(vec![], End::Jump(to(1))),
        last(3),
    ]);
    let blocks = |peepholes| laid_out(&function, peepholes).hot.blocks.len();
    assert_eq!((blocks(Peepholes::NONE), blocks(Peepholes::ALL)), (4, 2));
}
