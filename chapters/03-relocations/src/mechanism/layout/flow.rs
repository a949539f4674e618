//! Where blocks go on, with detours taken out; and which of them are on the way.
//! Chapter 3 of the book, "The linker owns the layout".

use crate::mechanism::graph::{Block, BlockId, End, Function, Successor};

use super::peepholes::{Peephole, Peepholes};

/// The blocks of a function, with the ends that they will have.
pub(super) struct Flow<'a> {
    pub(super) function: &'a Function,
    /// By block.
    ends: Vec<End>,
    /// By block: where a reference to it leads.
    pub(super) leads_to: Vec<Successor>,
    /// By block: whether it is executed as a rule.
    is_hot: Vec<bool>,
}

impl<'a> Flow<'a> {
    pub(super) fn new(function: &'a Function, peepholes: Peepholes) -> Flow<'a> {
        let blocks = || (0..function.blocks.len() as u32).map(BlockId);
        let leads_to: Vec<Successor> = match peepholes.contains(Peephole::ThreadedJumps) {
            true => blocks().map(|block| thread(function, block)).collect(),
            false => blocks().map(Successor::Block).collect(),
        };
        let ends = function.blocks.iter().map(|block| redirect(block.end, &leads_to)).collect();
        let mut flow = Flow { function, ends, leads_to, is_hot: Vec::new() };
        flow.is_hot = flow.find_hot();
        flow
    }

    // ANCHOR: find_hot
    /// A block is hot if it can be reached without leaving compiled code on the
    /// way: without a call of the runtime, or a return from everything. The entry
    /// always is.
    fn find_hot(&self) -> Vec<bool> {
        self.reachable(|block| block == BlockId(0) || !self.block(block).leaves)
    }
    // ANCHOR_END: find_hot

    pub(super) fn block(&self, block: BlockId) -> &'a Block {
        &self.function.blocks[block.0 as usize]
    }

    pub(super) fn end(&self, block: BlockId) -> End {
        self.ends[block.0 as usize]
    }

    pub(super) fn is_hot(&self, block: BlockId) -> bool {
        self.is_hot[block.0 as usize]
    }

    /// The blocks that can be executed after one, the likeliest of them last: the
    /// one that the compiler has put behind it.
    pub(super) fn after(&self, block: BlockId) -> Vec<BlockId> {
        let (first, second) = match self.end(block) {
            End::Stop => (None, None),
            End::Jump(next) => (Some(next), None),
            End::Branch { taken, otherwise, .. } => (Some(taken), Some(otherwise)),
        };
        let own = |successor| match successor {
            Successor::Block(block) => Some(block),
            Successor::Symbol(_) => None,
        };
        let jumps = self.block(block).holes.iter().filter_map(|hole| hole.block());
        let jumps = jumps.map(|block| self.leads_to[block.0 as usize]);
        jumps.chain(first).chain(second).filter_map(own).collect()
    }

    /// By block: whether it is reached from the entry through blocks that may be passed.
    pub(super) fn reachable(&self, may_pass: impl Fn(BlockId) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.function.blocks.len()];
        let mut to_visit = vec![BlockId(0)];
        while let Some(block) = to_visit.pop() {
            if may_pass(block) && !reached[block.0 as usize] {
                reached[block.0 as usize] = true;
                to_visit.extend(self.after(block));
            }
        }
        reached
    }
}

/// Where a jump to a block leads in the end, when it has nothing in it but jumps.
fn thread(function: &Function, block: BlockId) -> Successor {
    let mut place = Successor::Block(block);
    for _ in 0..=function.blocks.len() {
        let Successor::Block(BlockId(id)) = place else { return place };
        let block = &function.blocks[id as usize];
        match block.end {
            End::Jump(next) if block.code.is_empty() => place = next,
            _ => return place,
        }
    }
    // It goes around for ever, and may as well begin here.
    Successor::Block(block)
}

fn redirect(end: End, leads_to: &[Successor]) -> End {
    let lead = |successor| match successor {
        Successor::Block(block) => leads_to[block.0 as usize],
        Successor::Symbol(_) => successor,
    };
    match end {
        End::Stop => End::Stop,
        End::Jump(next) => End::Jump(lead(next)),
        End::Branch { condition, taken, otherwise } => {
            let (taken, otherwise) = (lead(taken), lead(otherwise));
            match taken == otherwise {
                true => End::Jump(taken),
                false => End::Branch { condition, taken, otherwise },
            }
        }
    }
}
