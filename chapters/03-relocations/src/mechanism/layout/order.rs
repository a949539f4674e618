//! The order of blocks: whatever is on the way first, each block before those that
//! come after it. Chapter 3 of the book, "The linker owns the layout".

use crate::mechanism::graph::BlockId;

use super::flow::Flow;
use super::peepholes::{Peephole, Peepholes};

/// The blocks of the hot part and those of the cold one.
pub(super) fn order(flow: &Flow<'_>, peepholes: Peepholes) -> [Vec<BlockId>; 2] {
    if !peepholes.contains(Peephole::ColdStream) {
        return [as_compiled(flow), Vec::new()];
    }
    let hot = chain(flow, vec![BlockId(0)], |block| flow.is_hot(block));
    let mut entries: Vec<BlockId> = hot.iter().flat_map(|&block| flow.after(block)).collect();
    entries.retain(|&block| !flow.is_hot(block));
    let cold = chain(flow, entries, |block| !flow.is_hot(block));
    [hot, cold]
}

/// The blocks that are still needed, as the compiler has laid them out.
fn as_compiled(flow: &Flow<'_>) -> Vec<BlockId> {
    let needed = flow.reachable(|_| true);
    let blocks = (0..needed.len()).filter(|&block| needed[block]);
    blocks.map(|block| BlockId(block as u32)).collect()
}

/// What there is to do in a depth-first search.
enum Visit {
    Enter(BlockId),
    Leave(BlockId),
}

// ANCHOR: chain
/// The blocks that are reached from some by way of `wanted` ones, in reverse
/// postorder: each comes before those after it, but for loops; and directly behind
/// it, where possible, comes the last of them.
fn chain(flow: &Flow<'_>, entries: Vec<BlockId>, wanted: impl Fn(BlockId) -> bool) -> Vec<BlockId> {
    let mut seen = vec![false; flow.function.blocks.len()];
    let mut postorder = Vec::new();
    let mut to_do: Vec<Visit> = entries.into_iter().map(Visit::Enter).collect();
    while let Some(visit) = to_do.pop() {
        match visit {
            Visit::Enter(block) if wanted(block) && !seen[block.0 as usize] => {
                seen[block.0 as usize] = true;
                to_do.push(Visit::Leave(block));
                to_do.extend(flow.after(block).into_iter().rev().map(Visit::Enter));
            }
            Visit::Enter(_) => {}
            Visit::Leave(block) => postorder.push(block),
        }
    }
    postorder.reverse();
    postorder
}
// ANCHOR_END: chain
