//! What whoever links the functions of an object relies on.

use ch02_stencils::HoleKind;
use ch03_relocations::{Block, BlockId, End, Function, Object, RawTarget, Successor, Symbols};

/// Checks everything that the types of an object promise.
pub(crate) fn assert_sound(object: &Object, symbols: &Symbols) {
    for constant in &object.constants {
        assert!(!constant.bytes.is_empty(), "a constant has bytes");
        let alignment = constant.alignment;
        assert!(alignment.is_power_of_two() && alignment <= 64, "{alignment}");
    }
    let tables = object.tables.iter().map(|(name, _)| name.as_str());
    assert!(tables.eq(symbols.table().data_tables()), "all tables are there, and no others");
    for function in &object.functions {
        for block in &function.blocks {
            assert_holes_are_sound(block);
            targets(block).for_each(|target| assert_exists(target, object, function, symbols));
        }
        assert_reachable(function);
    }
}

fn assert_holes_are_sound(block: &Block) {
    let mut end = 0;
    for hole in &block.holes {
        let start = hole.offset as usize;
        assert!(start >= end, "holes are sorted and do not overlap");
        end = start + hole.formula.size();
        assert!(block.code[start..end].iter().all(|&byte| byte == 0), "holes are empty");
    }
}

/// All that a block refers to or goes to.
fn targets(block: &Block) -> impl Iterator<Item = RawTarget> {
    let successors = match block.end {
        End::Stop => [None, None],
        End::Jump(successor) => [Some(successor), None],
        End::Branch { taken, otherwise, .. } => [Some(taken), Some(otherwise)],
    };
    let successors = successors.into_iter().flatten().map(|successor| match successor {
        Successor::Block(id) => RawTarget::Block(id),
        Successor::Symbol(kind) => RawTarget::Symbol(kind),
    });
    block.holes.iter().map(|hole| hole.target).chain(successors)
}

fn assert_exists(target: RawTarget, object: &Object, function: &Function, symbols: &Symbols) {
    match target {
        RawTarget::Symbol(HoleKind(kind)) => {
            assert!(symbols.table().kinds().any(|known| known.0 == kind), "the symbol exists");
        }
        RawTarget::Block(id) => assert!((id.0 as usize) < function.blocks.len(), "{id:?}"),
        RawTarget::Constant(id) => assert!((id.0 as usize) < object.constants.len(), "{id:?}"),
    }
}

/// Checks that each block of a function can be reached from the first one.
fn assert_reachable(function: &Function) {
    let mut found = vec![BlockId(0)];
    let mut seen = vec![false; function.blocks.len()];
    while let Some(id) = found.pop() {
        if !std::mem::replace(&mut seen[id.0 as usize], true) {
            let targets = targets(&function.blocks[id.0 as usize]);
            found.extend(targets.filter_map(|target| match target {
                RawTarget::Block(id) => Some(id),
                RawTarget::Symbol(_) | RawTarget::Constant(_) => None,
            }));
        }
    }
    assert!(seen.iter().all(|&seen| seen), "all blocks of `{}` can be reached", function.name);
}
