//! The stencils of the medium code model, when they have been found to be what the
//! JIT expects. Chapter 3 of the book, "Why `large` was a lie of convenience".

use ch01_bytecode_vm::{BinaryOperator, Comparison, Instruction, Opcode};
use ch02_stencils::StencilId;
use ch02_stencils::driver::{
    AbiError, Build, Objects, OperationTable, PrebuiltObject, Symbol, can_fill, check_abi,
};

use super::symbols::symbols;
use crate::mechanism::arch::{Formula, X86_64};
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
    /// A stencil would go on with the next one, but there is none.
    #[error("stencil `{0}` goes on with the next instruction, and there may be none behind it")]
    GoesOn(String),
    /// A stencil wants the address of a function in less than 64 bits, and not to call it.
    #[error("stencil `{stencil}` takes the address of {symbol:?} for one of 32 bits")]
    Reach {
        /// The stencil's name.
        stencil: String,
        /// Whose address it wants.
        symbol: Symbol,
    },
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
            Objects::Prebuilt => Library::new_trusted(&bytes, symbols(), peepholes),
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
            check_end(library.get(id))?;
        }
        for (opcode, id) in operations.all() {
            check_holes(library.get(id), |symbol| can_fill(opcode, symbol))?;
            check_reach(library.get(id))?;
            if matches!(opcode, Opcode::ReturnValue | Opcode::ReturnConst | Opcode::JumpBackward) {
                check_end(library.get(id))?;
            }
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

/// Whether code ends with a stencil: what comes behind it is not its successor.
fn check_end(stencil: &Stencil) -> Result<(), Defect> {
    let is_next = |target| target == Target::Symbol(Symbol::Continue.kind());
    match stencil.falls_through || stencil.holes().any(|(_, hole)| is_next(hole.target)) {
        true => Err(Defect::GoesOn(stencil.name.clone())),
        false => Ok(()),
    }
}

/// The runtime may be anywhere: calls of it get there through veneers, and its
/// addresses have 64 bits.
fn check_reach(stencil: &Stencil) -> Result<(), Defect> {
    for (_, hole) in stencil.holes() {
        let Target::Symbol(kind) = hole.target else { continue };
        let symbol = Symbol::of(kind);
        let is_outside = matches!(symbol, Symbol::Runtime(_));
        if is_outside && !hole.is_plain_call() && hole.formula != Formula::Word {
            return Err(Defect::Reach { stencil: stencil.name.clone(), symbol });
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use ch02_stencils::driver::RuntimeFunction;

    use super::*;
    use crate::mechanism::layout::{Hole, Part};

    /// The object with two names of the same length swapped.
    fn swapped(one: &str, other: &str) -> Vec<u8> {
        assert_eq!(one.len(), other.len(), "names stay in their places");
        let mut object = OBJECT.bytes.to_vec();
        for at in 0..object.len() - one.len() {
            let place = &mut object[at..at + one.len()];
            let name = if place == one.as_bytes() { other } else { one };
            if place == one.as_bytes() || place == other.as_bytes() {
                place.copy_from_slice(name.as_bytes());
            }
        }
        object
    }

    fn defect(object: &[u8]) -> Defect {
        let library = Library::new(object, symbols(), Peepholes::ALL).expect("it is an object");
        Stencils::new(library).expect_err("the object has a defect")
    }

    #[test]
    fn a_stencil_that_may_be_the_last_goes_nowhere() {
        let object = swapped("JUMP_BACKWARD", "MAKE_FUNCTION");
        assert_eq!(defect(&object), Defect::GoesOn("JUMP_BACKWARD".to_owned()));
    }

    #[test]
    fn a_hole_that_the_instruction_cannot_fill_is_named() {
        let defect = defect(&swapped("HOLE_LOCAL", "HOLE_RANGE"));
        let stencil = "LOAD_FAST".to_owned();
        assert_eq!(defect, Defect::Hole { stencil, symbol: Symbol::Range });
    }

    #[test]
    fn a_function_is_called_wherever_it_is_and_else_has_64_bits() {
        let hole = |formula, addend| Stencil {
            name: "f".to_owned(),
            hot: Part {
                code: vec![0; 8],
                holes: vec![Hole {
                    offset: 0,
                    formula,
                    target: Target::Symbol(Symbol::Runtime(RuntimeFunction::Attend).kind()),
                    addend,
                }],
                blocks: Vec::new(),
            },
            cold: Part::default(),
            slots: Part::default(),
            falls_through: false,
        };
        assert_eq!(check_reach(&hole(Formula::Call, -4)), Ok(()));
        assert_eq!(check_reach(&hole(Formula::Word, 8)), Ok(()));
        for (formula, addend) in [(Formula::Signed, 0), (Formula::Distance, -4), (Formula::Call, 0)]
        {
            let symbol = Symbol::Runtime(RuntimeFunction::Attend);
            let expected = Defect::Reach { stencil: "f".to_owned(), symbol };
            assert_eq!(check_reach(&hole(formula, addend)), Err(expected));
        }
    }
}
