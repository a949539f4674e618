//! The instruction set: one table, from which everything else about opcodes is
//! derived. Names, meanings and stack effects are those of CPython 3.13 (its
//! `dis` documentation), with the differences listed at [`Opcode`]. Chapter 1
//! of the book, "The instruction set", walks through it.

use std::fmt;

// ANCHOR: instruction
/// One instruction, eight bytes wide, whatever its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Instruction {
    /// What to do.
    pub opcode: Opcode,
    /// For `GET_ITER` and `FOR_ITER`: the first of the loop's frame slots.
    pub slot: u16,
    /// With what; see [`Operand`].
    pub operand: u32,
}
// ANCHOR_END: instruction

/// What an instruction's operand means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Nothing; it is 0.
    Unused,
    /// An index into the code object's constants.
    Constant,
    /// The frame slot of a local variable.
    Local,
    /// An index into the program's names.
    Name,
    /// How many arguments there are.
    Count,
    /// Which value of the operand stack, counted from 1 at its top.
    Depth,
    /// The index of the instruction to go on with. (CPython's are relative.)
    Target,
    /// A [`BinaryOperator`]'s number.
    Binary,
    /// A [`Comparison`]'s number.
    Comparison,
    /// 1 for `is not`, 0 for `is`.
    Invert,
    /// An intrinsic function's number; 5 is unary plus, and the only one.
    Intrinsic,
}

/// An opcode's row in the table.
#[derive(Clone, Copy, Debug)]
pub struct OpcodeInfo {
    /// CPython's name.
    pub name: &'static str,
    /// What its operand means.
    pub operand: Operand,
    /// How many values it takes from the operand stack, given its operand.
    pub pops: fn(u32) -> u32,
    /// How many values it then puts there, given its operand.
    pub pushes: fn(u32) -> u32,
    /// What it does, in one line.
    pub meaning: &'static str,
}

/// Writes the enum and the table from one list, so that they cannot disagree:
/// `Nop = "NOP"(Unused): 0, 0 "does nothing";` becomes the variant `Nop` and the
/// row `OpcodeInfo { name: "NOP", operand: Operand::Unused, … }`. A count that
/// depends on the operand is written as a closure.
macro_rules! opcodes {
    ($($variant:ident = $name:literal ($operand:ident): $pops:expr, $pushes:expr, $meaning:literal;)*) => {
        /// What an instruction does. The number of an opcode is its place in the table.
        ///
        /// Differences from CPython 3.13: there are no inline caches and no
        /// combined opcodes (`LOAD_FAST_LOAD_FAST`); jump targets are absolute;
        /// `LOAD_GLOBAL` never pushes the NULL of a call; `COMPARE_OP` has no
        /// flag for conversion to bool, as it always yields one; and the
        /// iterator of a `for` loop is not on the operand stack but in three
        /// frame slots, so that `GET_ITER` takes the arguments of `range`
        /// itself and `FOR_ITER` jumps past the end of the loop.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Opcode {
            $(#[doc = concat!("`", $name, "`: ", $meaning)] $variant,)*
        }

        impl Opcode {
            /// All opcodes, by number.
            pub const ALL: &[Opcode] = &[$(Opcode::$variant),*];

            const TABLE: &[OpcodeInfo] = &[$(OpcodeInfo {
                name: $name,
                operand: Operand::$operand,
                pops: $pops,
                pushes: $pushes,
                meaning: $meaning,
            }),*];
        }
    };
}

opcodes! {
    // variant              name                    operand       pops       pushes     meaning
    Resume           = "RESUME"            (Unused):     |_| 0,     |_| 0,     "starts a function; answers Ctrl-C";
    PopTop           = "POP_TOP"           (Unused):     |_| 1,     |_| 0,     "removes the top of the stack";
    Copy             = "COPY"              (Depth):      |n| n,     |n| n + 1, "pushes the nth value from the top again";
    Swap             = "SWAP"              (Depth):      |n| n,     |n| n,     "exchanges the top and the nth value from the top";
    PushNull         = "PUSH_NULL"         (Unused):     |_| 0,     |_| 1,     "pushes NULL, which a call wants behind its callable";

    // ANCHOR: table
    LoadConst        = "LOAD_CONST"        (Constant):   |_| 0,     |_| 1,     "pushes a constant";
    LoadFast         = "LOAD_FAST"         (Local):      |_| 0,     |_| 1,     "pushes a local variable that is surely bound";
    LoadFastCheck    = "LOAD_FAST_CHECK"   (Local):      |_| 0,     |_| 1,     "pushes a local variable, or raises UnboundLocalError";
    StoreFast        = "STORE_FAST"        (Local):      |_| 1,     |_| 0,     "binds a local variable";
    // ANCHOR_END: table
    LoadName         = "LOAD_NAME"         (Name):       |_| 0,     |_| 1,     "pushes a variable of the module or a built-in, in the module";
    StoreName        = "STORE_NAME"        (Name):       |_| 1,     |_| 0,     "binds a variable of the module, in the module";
    LoadGlobal       = "LOAD_GLOBAL"       (Name):       |_| 0,     |_| 1,     "pushes a variable of the module or a built-in, in a function";
    StoreGlobal      = "STORE_GLOBAL"      (Name):       |_| 1,     |_| 0,     "binds a variable of the module, in a function";

    UnaryNegative    = "UNARY_NEGATIVE"    (Unused):     |_| 1,     |_| 1,     "-x";
    UnaryInvert      = "UNARY_INVERT"      (Unused):     |_| 1,     |_| 1,     "~x";
    UnaryNot         = "UNARY_NOT"         (Unused):     |_| 1,     |_| 1,     "not x, of a bool";
    CallIntrinsic1   = "CALL_INTRINSIC_1"  (Intrinsic):  |_| 1,     |_| 1,     "+x";
    ToBool           = "TO_BOOL"           (Unused):     |_| 1,     |_| 1,     "the truth of x";
    BinaryOp         = "BINARY_OP"         (Binary):     |_| 2,     |_| 1,     "an arithmetic operator, plain or in place";
    CompareOp        = "COMPARE_OP"        (Comparison): |_| 2,     |_| 1,     "a comparison by value";
    IsOp             = "IS_OP"             (Invert):     |_| 2,     |_| 1,     "a comparison by identity";

    JumpForward      = "JUMP_FORWARD"      (Target):     |_| 0,     |_| 0,     "goes on further down";
    JumpBackward     = "JUMP_BACKWARD"     (Target):     |_| 0,     |_| 0,     "goes on further up; answers Ctrl-C";
    PopJumpIfFalse   = "POP_JUMP_IF_FALSE" (Target):     |_| 1,     |_| 0,     "jumps if the popped bool is False";
    PopJumpIfTrue    = "POP_JUMP_IF_TRUE"  (Target):     |_| 1,     |_| 0,     "jumps if the popped bool is True";
    GetIter          = "GET_ITER"          (Count):      |n| n,     |_| 0,     "starts a loop over range(…): n arguments, state into frame slots";
    ForIter          = "FOR_ITER"          (Target):     |_| 0,     |_| 1,     "pushes the loop's next number, or jumps (pushing nothing) when there is none";

    MakeFunction     = "MAKE_FUNCTION"     (Unused):     |_| 1,     |_| 1,     "makes a function of a code object";
    Call             = "CALL"              (Count):      |n| n + 2, |_| 1,     "calls: callable, NULL and n arguments become the result";
    ReturnValue      = "RETURN_VALUE"      (Unused):     |_| 1,     |_| 0,     "returns the top of the stack to the caller";
    ReturnConst      = "RETURN_CONST"      (Constant):   |_| 0,     |_| 0,     "returns a constant to the caller";
}

impl Opcode {
    /// This opcode's row in the table.
    #[must_use]
    pub fn info(self) -> &'static OpcodeInfo {
        &Self::TABLE[self as usize]
    }

    /// Whether the next instruction is never executed after this one.
    #[must_use]
    pub fn ends_block(self) -> bool {
        matches!(
            self,
            Self::JumpForward | Self::JumpBackward | Self::ReturnValue | Self::ReturnConst
        )
    }
}

impl Instruction {
    /// How many values this takes from the operand stack.
    #[must_use]
    pub fn pops(self) -> u32 {
        (self.opcode.info().pops)(self.operand)
    }

    /// How many values this puts on the operand stack when execution goes on behind it.
    #[must_use]
    pub fn pushes(self) -> u32 {
        (self.opcode.info().pushes)(self.operand)
    }

    /// Where this may jump to, and how many values it has put on the stack when it does.
    #[must_use]
    pub fn target(self) -> Option<(u32, u32)> {
        let jumps = self.opcode.info().operand == Operand::Target;
        let pushes = if self.opcode == Opcode::ForIter { 0 } else { self.pushes() };
        jumps.then_some((self.operand, pushes))
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.info().name)
    }
}

/// The operators of `BINARY_OP`, with CPython's numbers (`NB_ADD` and so on, in
/// `Include/opcode.h`). The in-place form of an operator is its number plus 13.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[expect(missing_docs, reason = "the symbols below say it")]
pub enum BinaryOperator {
    Add = 0,
    And = 1,
    FloorDivide = 2,
    LeftShift = 3,
    Multiply = 5,
    Remainder = 6,
    Or = 7,
    Power = 8,
    RightShift = 9,
    Subtract = 10,
    Xor = 12,
}

impl BinaryOperator {
    /// How much greater the number of an in-place operator is.
    pub const IN_PLACE: u32 = 13;

    /// All of them.
    pub const ALL: [BinaryOperator; 11] = [
        Self::Add,
        Self::And,
        Self::FloorDivide,
        Self::LeftShift,
        Self::Multiply,
        Self::Remainder,
        Self::Or,
        Self::Power,
        Self::RightShift,
        Self::Subtract,
        Self::Xor,
    ];

    /// The operator of an operand, and whether it is the in-place form.
    ///
    /// # Panics
    /// When no operator has the number; the verifier has looked.
    #[must_use]
    pub fn decode(operand: u32) -> (BinaryOperator, bool) {
        Self::try_decode(operand).expect("the verifier has seen all operands of BINARY_OP")
    }

    /// [`decode`](Self::decode), where the number may be wrong.
    pub(crate) fn try_decode(operand: u32) -> Option<(BinaryOperator, bool)> {
        let in_place = operand >= Self::IN_PLACE;
        let number = if in_place { operand - Self::IN_PLACE } else { operand };
        let operator = Self::ALL.into_iter().find(|&operator| operator as u32 == number)?;
        Some((operator, in_place))
    }

    /// The operator as it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::And => "&",
            Self::FloorDivide => "//",
            Self::LeftShift => "<<",
            Self::Multiply => "*",
            Self::Remainder => "%",
            Self::Or => "|",
            Self::Power => "**",
            Self::RightShift => ">>",
            Self::Subtract => "-",
            Self::Xor => "^",
        }
    }
}

/// The comparisons of `COMPARE_OP`, with CPython's numbers (`Py_LT` and so on, in
/// `Include/object.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[expect(missing_docs, reason = "the symbols below say it")]
pub enum Comparison {
    Less = 0,
    LessEqual = 1,
    Equal = 2,
    NotEqual = 3,
    Greater = 4,
    GreaterEqual = 5,
}

impl Comparison {
    /// All of them, by number.
    pub const ALL: [Comparison; 6] = [
        Self::Less,
        Self::LessEqual,
        Self::Equal,
        Self::NotEqual,
        Self::Greater,
        Self::GreaterEqual,
    ];

    /// The comparison of an operand.
    ///
    /// # Panics
    /// When no comparison has the number; the verifier has looked.
    #[inline(always)]
    #[must_use]
    pub fn decode(operand: u32) -> Comparison {
        Self::ALL[operand as usize]
    }

    /// The comparison as it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// Whether values in this order compare as true.
    #[inline(always)]
    #[must_use]
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        // Bit 0 is for less, bit 1 for equal, bit 2 for greater: no branches.
        const HOLDS_FOR: [u8; 6] = [0b001, 0b011, 0b010, 0b101, 0b100, 0b110];
        HOLDS_FOR[self as usize] >> (order as i8 + 1) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_is_eight_bytes_wide() {
        assert_eq!(size_of::<Instruction>(), 8);
    }

    #[test]
    fn operators_survive_the_round_trip_in_both_forms() {
        for operator in BinaryOperator::ALL {
            let number = operator as u32;
            assert_eq!(BinaryOperator::decode(number), (operator, false));
            assert_eq!(BinaryOperator::decode(number + BinaryOperator::IN_PLACE), (operator, true));
        }
        assert_eq!(BinaryOperator::try_decode(4), None, "`@` is not in the language");
        assert_eq!(BinaryOperator::try_decode(26), None);
    }

    #[test]
    fn comparisons_are_in_the_order_of_their_numbers() {
        for (number, comparison) in (0..).zip(Comparison::ALL) {
            assert_eq!(comparison as u32, number);
        }
    }

    #[test]
    fn comparisons_hold_for_the_orders_that_they_mean() {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let table = Comparison::ALL
            .map(|comparison| [Less, Equal, Greater].map(|order| comparison.holds(order)));
        let (yes, no) = (true, false);
        let expected = [
            [yes, no, no],
            [yes, yes, no],
            [no, yes, no],
            [yes, no, yes],
            [no, no, yes],
            [no, yes, yes],
        ];
        assert_eq!(table, expected);
    }

    #[test]
    fn only_the_end_of_a_loop_pushes_less_when_it_jumps() {
        let jumps = |&opcode: &Opcode| opcode.info().operand == Operand::Target;
        for &opcode in Opcode::ALL.iter().filter(|opcode| jumps(opcode)) {
            let instruction = Instruction { opcode, slot: 0, operand: 9 };
            let (target, pushes) = instruction.target().unwrap();
            assert_eq!(target, 9);
            assert_eq!(pushes != instruction.pushes(), opcode == Opcode::ForIter, "{opcode}");
        }
    }
}
