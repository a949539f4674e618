//! Programs as the VM runs them: code objects, and the names and strings that
//! they share. Chapter 1 of the book, "Bytecode", shows one.

use crate::error::SourceError;
use crate::opcode::Instruction;
use crate::source::SourceText;
use crate::value::{CodeId, StringId, Value};
use crate::verify::{Pools, verify};

/// The most slots that a frame may have. A thousand of the largest frames take a gigabyte.
pub const MAX_FRAME_SLOTS: u32 = 1 << 17;

/// A whole program, compiled and verified: the VM may execute its code without
/// looking whether an operand is in range or the stack deep enough.
#[derive(Clone, Debug)]
pub struct Program {
    source: SourceText,
    codes: Vec<CodeObject>,
    names: Vec<String>,
    strings: Vec<String>,
}

/// The code of the module or of one function.
#[derive(Clone, Debug)]
pub struct CodeObject {
    /// The function's name, or `<module>`.
    pub name: String,
    /// The line of its `def`; 0 for the module, as in CPython.
    pub first_line: u32,
    /// How many of the local variables are parameters; they come first.
    pub parameters: u32,
    /// The names of the local variables, by frame slot.
    pub locals: Vec<String>,
    /// How many frame slots behind the local variables hold the state of `for` loops.
    pub range_slots: u32,
    /// The instructions.
    pub instructions: Vec<Instruction>,
    /// The source line of each instruction, counted from 1.
    pub lines: Vec<u32>,
    /// The constants.
    pub constants: Vec<Value>,
    /// How many values are on the operand stack before each instruction; the
    /// verifier finds out.
    pub depths: Vec<u32>,
    /// How many values the operand stack holds at most.
    pub stack_size: u32,
}

/// An index into a code object's instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct InstructionIndex(pub u32);

impl Program {
    /// Puts a program together and verifies it, which fills in each code
    /// object's `depths` and `stack_size`.
    ///
    /// # Errors
    /// When a frame would need more than [`MAX_FRAME_SLOTS`].
    ///
    /// # Panics
    /// When the code breaks a rule of the bytecode, which is a bug of the compiler.
    pub(crate) fn new(
        source: SourceText,
        mut codes: Vec<CodeObject>,
        names: Vec<String>,
        strings: Vec<String>,
    ) -> Result<Program, SourceError> {
        let module = codes.first().expect("a program has a module");
        assert!(module.locals.is_empty(), "the module's variables are not in slots");
        let pools = Pools { codes: codes.len(), names: names.len(), strings: strings.len() };
        for code in &mut codes {
            verify(code, &pools);
            if code.frame_slots() > MAX_FRAME_SLOTS {
                let what = "list of variables and operands of one function";
                return Err(SourceError::TooLong { what, limit: MAX_FRAME_SLOTS.into() });
            }
        }
        Ok(Program { source, codes, names, strings })
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn source(&self) -> &SourceText {
        &self.source
    }

    /// The code objects; the first one is the module.
    #[must_use]
    pub fn codes(&self) -> &[CodeObject] {
        &self.codes
    }

    /// The names of module variables and built-ins, as `LOAD_GLOBAL` and its
    /// relatives count them.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The string literals, each once.
    #[must_use]
    pub fn strings(&self) -> &[String] {
        &self.strings
    }

    /// A code object of the program.
    #[must_use]
    pub fn code(&self, id: CodeId) -> &CodeObject {
        &self.codes[id.0 as usize]
    }

    /// A string of the program.
    #[must_use]
    pub fn string(&self, id: StringId) -> &str {
        &self.strings[id.0 as usize]
    }
}

impl CodeObject {
    /// How many slots lie below the operand stack: local variables, then loop state.
    #[must_use]
    pub fn stack_base(&self) -> u32 {
        self.locals.len() as u32 + self.range_slots
    }

    /// How many slots a frame of this code has.
    #[must_use]
    pub fn frame_slots(&self) -> u32 {
        self.stack_base() + self.stack_size
    }

    /// The source line of an instruction, counted from 1.
    #[must_use]
    pub fn line(&self, index: InstructionIndex) -> u32 {
        self.lines[index.0 as usize]
    }
}
