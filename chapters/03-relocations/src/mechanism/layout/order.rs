//! The order of blocks: whatever is on the way first, each block before those that
//! come after it.

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

// ANCHOR: chain
/// The blocks that are reached from some by way of `wanted` ones, in reverse
/// postorder: each comes before those after it, but for loops; and directly behind
/// it, where possible, comes the last of them.
fn chain(flow: &Flow<'_>, entries: Vec<BlockId>, wanted: impl Fn(BlockId) -> bool) -> Vec<BlockId> {
    let mut seen = vec![false; flow.function.blocks.len()];
    let mut postorder = Vec::new();
    for entry in entries.into_iter().rev() {
        let mut path = vec![(entry, None::<std::vec::IntoIter<BlockId>>)];
        while let Some((block, after)) = path.last_mut() {
            let block = *block;
            if after.is_none() {
                if seen[block.0 as usize] || !wanted(block) {
                    path.pop();
                    continue;
                }
                seen[block.0 as usize] = true;
                *after = Some(flow.after(block).into_iter());
            }
            match after.as_mut().and_then(Iterator::next) {
                Some(next) => path.push((next, None)),
                None => {
                    postorder.push(block);
                    path.pop();
                }
            }
        }
    }
    postorder.reverse();
    postorder
}
// ANCHOR_END: chain
