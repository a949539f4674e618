//! The assembler: a growing list of instructions with labels for jumps. It
//! leaves out what cannot be reached, and it follows which local variables are
//! surely bound, so that only the others are checked when they are loaded.

use crate::opcode::{Instruction, Opcode, Operand};

/// A place in the code that jumps refer to before or after it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(usize);

#[derive(Default)]
struct LabelState {
    place: Option<u32>,
    /// What is surely bound on every way here so far; `None`: no way leads here.
    bound: Option<BoundLocals>,
}

/// The set of local variables that are surely bound, by slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct BoundLocals(Vec<u64>);

impl BoundLocals {
    fn insert(&mut self, slot: u32) {
        let word = slot as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (slot % 64);
    }

    fn contains(&self, slot: u32) -> bool {
        self.0.get(slot as usize / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    fn intersect(&mut self, other: &BoundLocals) {
        self.0.truncate(other.0.len());
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }
}

/// What the assembler made: instructions and the line of each.
pub(super) struct Assembly {
    pub(super) instructions: Vec<Instruction>,
    pub(super) lines: Vec<u32>,
}

pub(super) struct Assembler {
    instructions: Vec<Instruction>,
    lines: Vec<u32>,
    labels: Vec<LabelState>,
    line: u32,
    /// What is surely bound here; `None`: this place cannot be reached.
    bound: Option<BoundLocals>,
}

impl Assembler {
    /// `parameters` are bound from the start: they have the first slots.
    pub(super) fn new(parameters: u32, line: u32) -> Self {
        let mut bound = BoundLocals::default();
        (0..parameters).for_each(|slot| bound.insert(slot));
        let (instructions, lines, labels) = Default::default();
        Assembler { instructions, lines, labels, line, bound: Some(bound) }
    }

    /// The source line of what is emitted from here on.
    pub(super) fn set_line(&mut self, line: u32) {
        self.line = line;
    }

    pub(super) fn emit(&mut self, opcode: Opcode, operand: u32) {
        self.emit_with_slot(opcode, 0, operand);
    }

    pub(super) fn emit_with_slot(&mut self, opcode: Opcode, slot: u16, operand: u32) {
        let Some(bound) = &mut self.bound else { return };
        if opcode == Opcode::StoreFast {
            bound.insert(operand);
        }
        self.instructions.push(Instruction { opcode, slot, operand });
        self.lines.push(self.line);
        if opcode.ends_block() {
            self.bound = None;
        }
    }

    /// Loads a local variable, checked if it may be unbound.
    pub(super) fn emit_load_fast(&mut self, slot: u32) {
        let bound = self.bound.as_ref().is_some_and(|bound| bound.contains(slot));
        self.emit(if bound { Opcode::LoadFast } else { Opcode::LoadFastCheck }, slot);
    }

    pub(super) fn new_label(&mut self) -> Label {
        self.labels.push(LabelState::default());
        Label(self.labels.len() - 1)
    }

    /// Jumps to a label that may not have a place yet. The operand is the
    /// label's number until [`finish`](Self::finish).
    pub(super) fn emit_jump(&mut self, opcode: Opcode, label: Label) {
        self.note_jump(label);
        self.emit(opcode, label.0 as u32);
    }

    /// Starts an iteration of a `for` loop, whose state is in `slot`, or jumps.
    pub(super) fn emit_for_iter(&mut self, slot: u16, label: Label) {
        self.note_jump(label);
        self.emit_with_slot(Opcode::ForIter, slot, label.0 as u32);
    }

    /// What is bound where a jump starts is bound where it lands, if it is on
    /// all other ways there.
    fn note_jump(&mut self, label: Label) {
        if let Some(bound) = &self.bound {
            match &mut self.labels[label.0].bound {
                Some(known) => known.intersect(bound),
                none => *none = Some(bound.clone()),
            }
        }
    }

    /// Gives a label its place: here. A loop's label is placed before the jump
    /// back to it; that jump can only bind more than was bound at first.
    pub(super) fn place(&mut self, label: Label) {
        let state = &mut self.labels[label.0];
        debug_assert!(state.place.is_none(), "a label has one place");
        state.place = Some(self.instructions.len() as u32);
        match (&mut self.bound, state.bound.take()) {
            (Some(here), Some(jumps)) => here.intersect(&jumps),
            (here @ None, jumps) => *here = jumps,
            (Some(_), None) => {}
        }
    }

    /// Replaces labels by their places.
    pub(super) fn finish(mut self) -> Assembly {
        for instruction in &mut self.instructions {
            if instruction.opcode.info().operand == Operand::Target {
                let place = self.labels[instruction.operand as usize].place;
                instruction.operand = place.expect("every label that is used has a place");
            }
        }
        Assembly { instructions: self.instructions, lines: self.lines }
    }
}
