//! Executing functions on paper, before and after they are laid out: which blocks
//! are executed, and where that ends. A block with code says its number with
//! `mov eax, NUMBER`; flags depend on what has been executed so far.

use ch02_stencils::HoleKind;
use ch03_relocations::arch::Condition;
use ch03_relocations::layout::{Part, PartName, Stencil, Target};
use ch03_relocations::{BlockId, End, Function, RawTarget, Successor};
use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic};

/// What is executed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// What the blocks say.
    said: Vec<u32>,
    end: Option<Exit>,
}

/// Where it ends.
#[derive(Debug, PartialEq, Eq)]
enum Exit {
    Return,
    Symbol(HoleKind),
}

/// When so many blocks have said their number, nobody looks any more.
const ENOUGH: usize = 20;

/// After so many steps in which no block says anything, none will.
const PATIENCE: usize = 5_000;

impl Trace {
    fn has_ended(&self) -> bool {
        self.end.is_some() || self.said.len() == ENOUGH
    }

    /// What a branch does.
    fn is_true(&self, Condition(condition): Condition) -> bool {
        let hash = self.said.iter().fold(0x9e37_79b9_u32, |hash, &block| {
            (hash ^ block).wrapping_mul(0x85eb_ca6b).rotate_left(13)
        });
        let flag = hash >> (condition / 2) & 1 != 0;
        flag ^ (condition % 2 != 0)
    }
}

/// Executes a function as it was read.
pub(crate) fn execute(function: &Function) -> Trace {
    let mut trace = Trace::default();
    let mut place = Successor::Block(BlockId(0));
    for _ in 0..PATIENCE {
        match place {
            Successor::Symbol(symbol) => trace.end = Some(Exit::Symbol(symbol)),
            Successor::Block(BlockId(id)) => match execute_block(function, id, &mut trace) {
                Some(next) => place = next,
                None => trace.end = Some(Exit::Return),
            },
        }
        if trace.has_ended() {
            break;
        }
    }
    trace
}

/// Executes a block, and says where it goes on.
fn execute_block(function: &Function, id: u32, trace: &mut Trace) -> Option<Successor> {
    let block = &function.blocks[id as usize];
    if !block.code.is_empty() {
        trace.said.push(id);
    }
    for hole in &block.holes {
        let condition = Condition(block.code[hole.offset as usize - 1] & 0xf);
        if trace.is_true(condition) {
            return Some(match hole.target {
                RawTarget::Symbol(symbol) => Successor::Symbol(symbol),
                RawTarget::Block(block) => Successor::Block(block),
                RawTarget::Constant(_) => panic!("the holes are those of branches"),
            });
        }
    }
    match block.end {
        End::Stop => None,
        End::Jump(next) => Some(next),
        End::Branch { condition, taken, otherwise } => {
            Some(if trace.is_true(condition) { taken } else { otherwise })
        }
    }
}

/// Executes a stencil, behind which lies the code for `next`.
pub(crate) fn execute_stencil(stencil: &Stencil, next: HoleKind) -> Trace {
    let mut trace = Trace::default();
    let mut place = Place::Code(PartName::Hot, 0);
    for _ in 0..PATIENCE {
        match place {
            Place::Symbol(symbol) => trace.end = Some(Exit::Symbol(symbol)),
            Place::Code(part, offset) if offset < stencil.part(part).code.len() => {
                match execute_instruction(stencil.part(part), part, offset, &mut trace) {
                    Some(next) => place = next,
                    None => trace.end = Some(Exit::Return),
                }
            }
            Place::Code(part, _) => {
                assert!(
                    part == PartName::Hot && stencil.falls_through,
                    "{part:?} runs off its end"
                );
                place = Place::Symbol(next);
            }
        }
        if trace.has_ended() {
            break;
        }
    }
    trace
}

/// What is executed next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Code(PartName, usize),
    Symbol(HoleKind),
}

fn execute_instruction(
    part: &Part,
    name: PartName,
    offset: usize,
    trace: &mut Trace,
) -> Option<Place> {
    let code = &part.code[offset..];
    let instruction = Decoder::with_ip(64, code, offset as u64, DecoderOptions::NONE).decode();
    let end = offset + instruction.len();
    let is_taken = match (instruction.mnemonic(), code) {
        (Mnemonic::Ret, _) => return None,
        (Mnemonic::Nop, _) => false,
        (Mnemonic::Mov, _) => {
            trace.said.push(instruction.immediate32());
            false
        }
        (Mnemonic::Jmp, _) => true,
        (_, [0x0f, branch, ..] | [branch, ..]) => trace.is_true(Condition(branch & 0xf)),
        (_, []) => panic!("there is an instruction"),
    };
    let next = if is_taken { target(part, name, &instruction) } else { Place::Code(name, end) };
    Some(next)
}

/// Where a jump goes: by its hole, if it has one.
fn target(part: &Part, name: PartName, jump: &Instruction) -> Place {
    let end = jump.next_ip() as usize;
    let Some(hole) = part.holes.iter().find(|hole| hole.bytes().end == end) else {
        return Place::Code(name, jump.near_branch_target() as usize);
    };
    match hole.target {
        Target::Own(part) => Place::Code(part, (hole.addend + 4) as usize),
        Target::Symbol(symbol) => {
            assert_eq!(hole.addend, -4, "a jump goes to the start of what a symbol stands for");
            Place::Symbol(symbol)
        }
        Target::Constant(_) => panic!("no jump goes to a constant"),
    }
}
