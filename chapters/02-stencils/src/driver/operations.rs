//! Which stencil an instruction is compiled to: the one of its opcode, or, where
//! the operand selects what is done, the one of opcode and operand.

use ch01_bytecode_vm::{BinaryOperator, Comparison, Instruction, Opcode};

use super::objects::Build;
use crate::mechanism::StencilId;

/// The stencils of all instructions, found once.
#[derive(Clone, Debug)]
pub struct OperationTable {
    /// By opcode. Of `BINARY_OP` and `COMPARE_OP`, an interpreter has one too.
    plain: Vec<Option<StencilId>>,
    /// By place in [`BinaryOperator::ALL`].
    binary: Vec<StencilId>,
    /// By number of the comparison.
    compare: Vec<StencilId>,
}

impl OperationTable {
    /// Looks all stencils up by name.
    ///
    /// # Errors
    /// The name of a stencil that is not found.
    pub fn new(
        find: impl Fn(&str) -> Option<StencilId>,
        build: Build,
    ) -> Result<OperationTable, String> {
        let find = |name: String| find(&name).ok_or(name);
        let plain = Opcode::ALL.iter().map(|opcode| match opcode {
            Opcode::BinaryOp | Opcode::CompareOp if build != Build::Interpreter => Ok(None),
            _ => find(opcode.info().name.to_owned()).map(Some),
        });
        let binary = BinaryOperator::ALL.iter().map(|&operator| find(binary_name(operator)));
        let compare = Comparison::ALL.iter().map(|&comparison| find(compare_name(comparison)));
        Ok(OperationTable {
            plain: plain.collect::<Result<_, _>>()?,
            binary: binary.collect::<Result<_, _>>()?,
            compare: compare.collect::<Result<_, _>>()?,
        })
    }

    /// The stencils, with the opcodes that they are for.
    pub fn all(&self) -> impl Iterator<Item = (Opcode, StencilId)> {
        let plain = Opcode::ALL.iter().zip(&self.plain);
        let plain = plain.filter_map(|(&opcode, &stencil)| Some((opcode, stencil?)));
        let binary = self.binary.iter().map(|&stencil| (Opcode::BinaryOp, stencil));
        let compare = self.compare.iter().map(|&stencil| (Opcode::CompareOp, stencil));
        plain.chain(binary).chain(compare)
    }

    /// The stencil of an opcode, whatever its operand, if there is one.
    #[must_use]
    pub fn any_operand(&self, opcode: Opcode) -> Option<StencilId> {
        self.plain[opcode as usize]
    }

    /// The stencil of an instruction.
    ///
    /// # Panics
    /// When the operand is none of the opcode's; the verifier has looked.
    #[must_use]
    pub fn stencil(&self, instruction: &Instruction) -> StencilId {
        match instruction.opcode {
            Opcode::BinaryOp => self.binary[binary_index(instruction.operand)],
            Opcode::CompareOp => self.compare[instruction.operand as usize],
            opcode => self.plain[opcode as usize].expect("all other opcodes have one stencil"),
        }
    }
}

/// The place of an operand of `BINARY_OP` in [`BinaryOperator::ALL`]. The in-place
/// form of an operator is the same operation.
fn binary_index(operand: u32) -> usize {
    let (operator, _) = BinaryOperator::decode(operand);
    let place = BinaryOperator::ALL.iter().position(|&other| other == operator);
    place.expect("it has all of them")
}

/// `BINARY_OP_ADD`
fn binary_name(operator: BinaryOperator) -> String {
    format!("BINARY_OP_{}", screaming(&format!("{operator:?}")))
}

/// `COMPARE_OP_LESS_EQUAL`
fn compare_name(comparison: Comparison) -> String {
    format!("COMPARE_OP_{}", screaming(&format!("{comparison:?}")))
}

/// The name of a Rust variant as C writes it: `LessEqual` becomes `LESS_EQUAL`.
fn screaming(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(letter.to_ascii_uppercase());
    }
    words
}
