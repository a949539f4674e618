//! The holes of our stencils: the one list of symbols that the C may leave open.
//! Chapter 2 of the book, "Whose hole is this?".

use crate::mechanism::{HoleKind, SymbolTable};

/// What a hole of a stencil stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// ANCHOR: symbols
pub enum Symbol {
    /// The code of the next instruction.
    Continue,
    /// The code of the instruction that a jump goes to.
    Target,
    /// The instruction's operand.
    Operand,
    /// Which instruction of its code object it is.
    Index,
    /// Which instruction a jump goes to.
    TargetIndex,
    /// The word of the constant that the operand says.
    Constant,
    /// From the frame's slots to the local variable, in bytes.
    Local,
    /// From the module's first variable to the one that the operand says, in bytes.
    Variable,
    /// From as many operands down as the operand says to the top of the stack, in bytes.
    Operands,
    /// From the frame's slots to the state of a `for` loop, in bytes.
    Range,
    /// The address of a function of the runtime.
    Runtime(RuntimeFunction),
}
// ANCHOR_END: symbols

/// Writes the enum and its names from one list, so that they cannot disagree:
/// `Attend = "rt_attend"` becomes a variant and its name.
macro_rules! runtime_functions {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// A function of the runtime that stencils call; `stencils/include/vm.h`
        /// declares it under its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum RuntimeFunction {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl RuntimeFunction {
            /// All of them.
            pub const ALL: &[RuntimeFunction] = &[$(RuntimeFunction::$variant),*];

            /// The name that C knows it by.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

runtime_functions! {
    Attend = "rt_attend",
    BinaryOp = "rt_binary_op",
    CompareOp = "rt_compare_op",
    IsOp = "rt_is_op",
    UnaryNegative = "rt_unary_negative",
    UnaryInvert = "rt_unary_invert",
    UnaryPositive = "rt_unary_positive",
    Truth = "rt_truth",
    RangeState = "rt_range_state",
    MakeFunction = "rt_make_function",
    CallBuiltin = "rt_call_builtin",
    UnboundLocal = "rt_unbound_local",
    UnboundVariable = "rt_unbound_variable",
    RefuseCall = "rt_refuse_call",
    RefuseRecursion = "rt_refuse_recursion",
}

/// The symbols of `stencils/include/op.h`; those of the runtime follow them.
const HOLES: [(Symbol, &str); 10] = [
    (Symbol::Continue, "HOLE_CONTINUE"),
    (Symbol::Target, "HOLE_TARGET"),
    (Symbol::Operand, "HOLE_OPERAND"),
    (Symbol::Index, "HOLE_INDEX"),
    (Symbol::TargetIndex, "HOLE_TARGET_INDEX"),
    (Symbol::Constant, "HOLE_CONSTANT"),
    (Symbol::Local, "HOLE_LOCAL"),
    (Symbol::Variable, "HOLE_VARIABLE"),
    (Symbol::Operands, "HOLE_OPERANDS"),
    (Symbol::Range, "HOLE_RANGE"),
];

impl Symbol {
    /// What a kind of the [`symbol_table`] stands for.
    ///
    /// # Panics
    /// When it is a kind of another table.
    #[must_use]
    pub fn of(kind: HoleKind) -> Symbol {
        let index = usize::from(kind.0);
        match HOLES.get(index) {
            Some(&(symbol, _)) => symbol,
            None => Symbol::Runtime(RuntimeFunction::ALL[index - HOLES.len()]),
        }
    }

    /// Its kind in the [`symbol_table`].
    #[must_use]
    pub const fn kind(self) -> HoleKind {
        HoleKind(match self {
            Self::Continue => 0,
            Self::Target => 1,
            Self::Operand => 2,
            Self::Index => 3,
            Self::TargetIndex => 4,
            Self::Constant => 5,
            Self::Local => 6,
            Self::Variable => 7,
            Self::Operands => 8,
            Self::Range => 9,
            Self::Runtime(function) => HOLES.len() as u16 + function as u16,
        })
    }

    /// Whether its value is an address, which differs from run to run.
    #[must_use]
    pub fn is_address(self) -> bool {
        matches!(self, Self::Continue | Self::Target | Self::Runtime(_))
    }
}

/// What the reader of objects is told: the symbols above, and the data table
/// with which an object proves its ABI.
#[must_use]
pub fn symbol_table() -> SymbolTable {
    let holes = HOLES.iter().map(|&(_, name)| name);
    let runtime = RuntimeFunction::ALL.iter().map(|function| function.name());
    SymbolTable::new(holes.chain(runtime)).with_data_table(super::abi::TABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_the_symbol_of_its_name() {
        let table = symbol_table();
        for (symbol, name) in HOLES {
            assert_eq!(table.kind(name), Some(symbol.kind()));
            assert_eq!(Symbol::of(symbol.kind()), symbol);
        }
        for &function in RuntimeFunction::ALL {
            let symbol = Symbol::Runtime(function);
            assert_eq!(table.kind(function.name()), Some(symbol.kind()));
            assert_eq!(Symbol::of(symbol.kind()), symbol);
        }
    }
}
