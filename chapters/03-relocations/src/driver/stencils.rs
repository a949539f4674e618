//! The stencils of the medium code model, when they have been found to be what the
//! JIT expects.

use ch01_bytecode_vm::{BinaryOperator, Comparison, Instruction, Opcode};
use ch02_stencils::StencilId;
use ch02_stencils::driver::{
    AbiError, Build, Objects, OperationTable, PrebuiltObject, Symbol, can_fill, check_abi,
};

use super::symbols::symbols;
use crate::mechanism::arch::X86_64;
use crate::mechanism::layout::{Peepholes, Stencil, Target};
use crate::mechanism::link::{Library, LibraryError};

/// `stencils/part1.c` in the medium code model, each block in a section of its own.
const OBJECT: PrebuiltObject = PrebuiltObject {
    file_name: "jit-medium.o",
    bytes: include_bytes!("../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/jit-medium.o"),
};

/// The stencils, with what is known of them. The engine runs them, and relies on
/// what [`load`](Self::load) has looked at: there is a stencil for each instruction,
/// its holes are some that the instruction can fill, and the C had the same VM
/// before it.
#[derive(Clone, Debug)]
pub struct Stencils {
    library: Library<X86_64>,
    operations: Operations,
    enter: StencilId,
    finish: StencilId,
}

/// Why there are no stencils.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The object could not be read.
    #[error(transparent)]
    Read(#[from] ch02_stencils::driver::LoadError),
    /// It is not what it should be.
    #[error("{object}: {defect}")]
    Defect {
        /// The object's name.
        object: String,
        /// What is wrong with it.
        defect: Defect,
    },
}

/// What is wrong with an object.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// It is not made of stencils.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// It was compiled for another VM than this one.
    #[error("does not fit this program: {0}; run `cargo xtask stencils`")]
    Abi(#[from] AbiError),
    /// It lacks a stencil.
    #[error("has no stencil `{0}`; run `cargo xtask stencils`")]
    Missing(String),
    /// A stencil asks for what its instruction does not have.
    #[error("stencil `{stencil}` has a hole for {symbol:?}, which no such instruction can fill")]
    Hole {
        /// The stencil's name.
        stencil: String,
        /// What it asks for.
        symbol: Symbol,
    },
}

impl Stencils {
    /// Reads the object, lays the stencils out, and looks whether the engine can
    /// rely on them.
    ///
    /// # Errors
    /// When the file cannot be read, is no such object, has another ABI, or has
    /// other stencils.
    pub fn load(objects: &Objects, peepholes: Peepholes) -> Result<Stencils, LoadError> {
        let bytes = objects.read(OBJECT)?;
        let defect = |defect| LoadError::Defect { object: objects.name(OBJECT), defect };
        let library = match objects {
            // A test has read what is compiled in.
            Objects::Prebuilt => Library::again(&bytes, symbols(), peepholes),
            Objects::Folder(_) => Library::new(&bytes, symbols(), peepholes),
        };
        library.map_err(Defect::Library).and_then(Self::new).map_err(defect)
    }

    fn new(library: Library<X86_64>) -> Result<Stencils, Defect> {
        let table =
            symbols().table().data_tables().next().and_then(|name| library.data_table(name));
        check_abi(table, Build::JitLarge)?;
        let find = |name: &str| library.find(name);
        let operations = OperationTable::new(find, Build::JitLarge).map_err(Defect::Missing)?;
        let find = |name: &str| find(name).ok_or_else(|| Defect::Missing(name.to_owned()));
        let (enter, finish) = (find("enter")?, find("finish")?);
        for id in [enter, finish] {
            check_holes(library.get(id), |_| false)?;
        }
        for (opcode, id) in operations.all() {
            check_holes(library.get(id), |symbol| can_fill(opcode, symbol))?;
        }
        Ok(Stencils { library, operations: Operations::new(&operations), enter, finish })
    }

    /// All of them.
    #[must_use]
    pub fn library(&self) -> &Library<X86_64> {
        &self.library
    }

    /// The stencil of an instruction.
    #[inline]
    #[must_use]
    pub fn operation(&self, instruction: &Instruction) -> StencilId {
        self.operations.find(instruction)
    }

    /// The way in, an ordinary C function.
    #[must_use]
    pub fn enter(&self) -> StencilId {
        self.enter
    }

    /// Where the module returns to.
    #[must_use]
    pub fn finish(&self) -> StencilId {
        self.finish
    }
}

fn check_holes(stencil: &Stencil, is_allowed: impl Fn(Symbol) -> bool) -> Result<(), Defect> {
    let mut symbols = stencil.holes().filter_map(|(_, hole)| match hole.target {
        Target::Symbol(kind) => Some(Symbol::of(kind)),
        Target::Own(_) | Target::Constant(_) => None,
    });
    match symbols.find(|&symbol| !is_allowed(symbol)) {
        Some(symbol) => Err(Defect::Hole { stencil: stencil.name.clone(), symbol }),
        None => Ok(()),
    }
}

/// The stencils of all instructions, to be found without asking what an
/// instruction is: an opcode whose operand selects the stencil has a mask of ones.
#[derive(Clone, Debug)]
struct Operations {
    /// By opcode: where its stencils begin, and which bits of the operand say which.
    rows: Vec<(u32, u32)>,
    stencils: Vec<StencilId>,
}

impl Operations {
    fn new(table: &OperationTable) -> Operations {
        let rows = 1 + Opcode::ALL.iter().map(|&opcode| opcode as usize).max().unwrap_or(0);
        let mut operations = Operations { rows: vec![(0, 0); rows], stencils: Vec::new() };
        for &opcode in Opcode::ALL {
            let operands = operands(opcode);
            let start = operations.stencils.len();
            let mask = if operands == [0] { 0 } else { u32::MAX };
            operations.rows[opcode as usize] = (start as u32, mask);
            for operand in operands {
                let place = start + operand as usize;
                let end = operations.stencils.len().max(place + 1);
                operations.stencils.resize(end, NOBODY);
                let instruction = Instruction { opcode, slot: 0, operand };
                operations.stencils[place] = table.stencil(&instruction);
            }
        }
        operations
    }

    #[inline]
    fn find(&self, instruction: &Instruction) -> StencilId {
        let (start, mask) = self.rows[instruction.opcode as usize];
        self.stencils[(start + (instruction.operand & mask)) as usize]
    }
}

/// The stencil of operands that verified code does not have.
const NOBODY: StencilId = StencilId(u16::MAX);

/// The operands of an opcode that have stencils of their own; a zero, if all have
/// the same.
fn operands(opcode: Opcode) -> Vec<u32> {
    match opcode {
        Opcode::BinaryOp => {
            let plain = BinaryOperator::ALL.map(|operator| operator as u32);
            let in_place = plain.map(|operator| operator + BinaryOperator::IN_PLACE);
            [plain, in_place].concat()
        }
        Opcode::CompareOp => Comparison::ALL.iter().map(|&it| it as u32).collect(),
        _ => vec![0],
    }
}
