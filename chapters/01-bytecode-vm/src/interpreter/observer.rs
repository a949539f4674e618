//! Observers: told of every instruction that the interpreter executes. Counts
//! do not depend on the machine, so that tests can rely on them.

use crate::opcode::Opcode;

/// Is told of every instruction, before it is executed.
pub trait Observer {
    /// An instruction with this opcode is about to be executed.
    fn executes(&mut self, opcode: Opcode);
}

impl Observer for () {
    #[inline(always)]
    fn executes(&mut self, _: Opcode) {}
}

/// How often each opcode was executed.
#[derive(Clone, Debug)]
pub struct Counts {
    by_opcode: Vec<u64>,
}

impl Default for Counts {
    fn default() -> Self {
        Counts { by_opcode: vec![0; Opcode::ALL.len()] }
    }
}

impl Counts {
    /// How often an opcode was executed.
    #[must_use]
    pub fn of(&self, opcode: Opcode) -> u64 {
        self.by_opcode[opcode as usize]
    }

    /// How many instructions were executed.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_opcode.iter().sum()
    }
}

impl Observer for Counts {
    fn executes(&mut self, opcode: Opcode) {
        self.by_opcode[opcode as usize] += 1;
    }
}
