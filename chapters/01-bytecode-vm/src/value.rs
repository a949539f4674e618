//! Values: one 64-bit word each. An even word is an integer, an odd word is
//! everything else; how exactly is known to this module alone. Chapter 1 of the
//! book, "A word per value", draws the layout.
//!
//! ```text
//! nnnn…nnnn nnn0   an integer of 63 bits, shifted left by one
//! pppp…kkkk k111   an immediate: kind k, and a payload p in the upper half
//! ```
//!
//! The odd tags `001`, `011` and `101` are free for what Part II brings:
//! pointers, and floats that carry their own tag.

mod arithmetic;
mod range;

use std::fmt;

pub use range::RangeState;

/// A Python object, as compiled code and the interpreter pass it around.
///
/// Two words are the same if and only if the values have the same type and are
/// equal; the one exception are functions, see [`FunctionId`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(u64);

/// Which code object of the program: 0 is the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodeId(pub u32);

/// Which function of the VM. One `def` statement is one function, however
/// often it is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionId(pub u32);

/// Which string of the program. Equal strings have equal ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StringId(pub u32);

/// The built-in functions of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Builtin {
    /// `abs(x)`
    Abs,
    /// `max(a, b, …)`
    Max,
    /// `min(a, b, …)`
    Min,
    /// `print(…)`
    Print,
    /// `range(…)`, which a `for` statement understands by itself.
    Range,
}

impl Builtin {
    /// All of them, in the order of their numbers.
    pub const ALL: [Builtin; 5] = [Self::Abs, Self::Max, Self::Min, Self::Print, Self::Range];

    /// The name that a program calls it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["abs", "max", "min", "print", "range"][self as usize]
    }
}

/// A value taken apart, to be matched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The absence of a value: a variable that is not bound yet, or the slot
    /// that `PUSH_NULL` leaves below the arguments of a call.
    Null,
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// An integer of 63 bits.
    Int(i64),
    /// A string.
    Str(StringId),
    /// A function of the program.
    Function(FunctionId),
    /// A built-in function.
    Builtin(Builtin),
    /// A code object; only ever between `LOAD_CONST` and `MAKE_FUNCTION`.
    Code(CodeId),
}

/// The low three bits of every immediate.
const IMMEDIATE: u64 = 0b111;
/// Where an immediate's kind starts.
const KIND_SHIFT: u32 = 3;
/// Where an immediate's payload starts.
const PAYLOAD_SHIFT: u32 = 32;

const NULL_KIND: u64 = 0;
const NONE_KIND: u64 = 1;
const FALSE_KIND: u64 = 2;
const TRUE_KIND: u64 = 3;
const STR_KIND: u64 = 4;
const FUNCTION_KIND: u64 = 5;
const BUILTIN_KIND: u64 = 6;
const CODE_KIND: u64 = 7;

impl Value {
    /// No value; see [`Kind::Null`].
    pub const NULL: Value = immediate(NULL_KIND, 0);
    /// `None`
    pub const NONE: Value = immediate(NONE_KIND, 0);
    /// `False`
    pub const FALSE: Value = immediate(FALSE_KIND, 0);
    /// `True`
    pub const TRUE: Value = immediate(TRUE_KIND, 0);
    /// The greatest integer there is, 2^62 - 1.
    pub const MAX_INT: i64 = i64::MAX >> 1;
    /// The least integer there is, -2^62.
    pub const MIN_INT: i64 = i64::MIN >> 1;

    /// What compiled code has to know of the representation, by name: whole
    /// words, and for functions the lower half of the word, below their number.
    /// The number is [`FUNCTION_SHIFT`](Self::FUNCTION_SHIFT) bits up. An integer
    /// is even and twice its number.
    pub const WORDS: &[(&str, u64)] = &[
        ("NULL", Self::NULL.0),
        ("NONE", Self::NONE.0),
        ("FALSE", Self::FALSE.0),
        ("TRUE", Self::TRUE.0),
        ("FUNCTION", immediate(FUNCTION_KIND, 0).0),
    ];

    /// How many bits a function's number is shifted up in its word.
    pub const FUNCTION_SHIFT: u32 = PAYLOAD_SHIFT;

    /// The word itself, for code that is being generated.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// An integer, if it has at most 63 bits.
    #[must_use]
    pub fn int(number: i64) -> Option<Value> {
        let fits = (Self::MIN_INT..=Self::MAX_INT).contains(&number);
        fits.then_some(Value((number as u64) << 1))
    }

    /// `True` or `False`
    #[must_use]
    pub fn bool(truth: bool) -> Value {
        if truth { Self::TRUE } else { Self::FALSE }
    }

    /// A string.
    #[must_use]
    pub fn str(id: StringId) -> Value {
        immediate(STR_KIND, id.0)
    }

    /// A function of the program.
    #[must_use]
    pub fn function(id: FunctionId) -> Value {
        immediate(FUNCTION_KIND, id.0)
    }

    /// A built-in function.
    #[must_use]
    pub fn builtin(builtin: Builtin) -> Value {
        immediate(BUILTIN_KIND, builtin as u32)
    }

    /// A code object.
    #[must_use]
    pub fn code(id: CodeId) -> Value {
        immediate(CODE_KIND, id.0)
    }

    /// What this is.
    ///
    /// # Panics
    /// When the word is none that this module makes, which is a bug of ours.
    #[must_use]
    pub fn kind(self) -> Kind {
        if let Some(number) = self.as_int() {
            return Kind::Int(number);
        }
        assert_eq!(self.0 & IMMEDIATE, IMMEDIATE, "no value has the tag of {:#x}", self.0);
        let payload = (self.0 >> PAYLOAD_SHIFT) as u32;
        match (self.0 as u32 as u64) >> KIND_SHIFT {
            NULL_KIND => Kind::Null,
            NONE_KIND => Kind::None,
            FALSE_KIND => Kind::Bool(false),
            TRUE_KIND => Kind::Bool(true),
            STR_KIND => Kind::Str(StringId(payload)),
            FUNCTION_KIND => Kind::Function(FunctionId(payload)),
            BUILTIN_KIND => Kind::Builtin(Builtin::ALL[payload as usize]),
            CODE_KIND => Kind::Code(CodeId(payload)),
            _ => panic!("no value has the kind of {:#x}", self.0),
        }
    }

    /// Whether there is no value.
    #[inline(always)]
    #[must_use]
    pub fn is_null(self) -> bool {
        self == Self::NULL
    }

    /// The number, if this is an integer (and not a bool).
    #[inline(always)]
    #[must_use]
    pub fn as_int(self) -> Option<i64> {
        (self.0 & 1 == 0).then_some(self.0 as i64 >> 1)
    }

    /// The number that arithmetic sees: an integer's own, 0 or 1 for a bool.
    #[must_use]
    pub fn as_number(self) -> Option<i64> {
        match self.kind() {
            Kind::Int(number) => Some(number),
            Kind::Bool(truth) => Some(i64::from(truth)),
            _ => None,
        }
    }

    /// The function, if this is one of the program's.
    #[inline(always)]
    #[must_use]
    pub fn as_function(self) -> Option<FunctionId> {
        let tag = immediate(FUNCTION_KIND, 0).0 as u32;
        (self.0 as u32 == tag).then_some(FunctionId((self.0 >> PAYLOAD_SHIFT) as u32))
    }
}

/// The word of an immediate.
const fn immediate(kind: u64, payload: u32) -> Value {
    Value((payload as u64) << PAYLOAD_SHIFT | kind << KIND_SHIFT | IMMEDIATE)
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(number: i64) -> Value {
        Value::int(number).expect("63 bits are enough")
    }

    #[test]
    fn every_kind_survives_the_round_trip() {
        for number in [0, 1, -1, Value::MAX_INT, Value::MIN_INT] {
            assert_eq!(int(number).kind(), Kind::Int(number));
        }
        assert_eq!(Value::NULL.kind(), Kind::Null);
        assert_eq!(Value::NONE.kind(), Kind::None);
        assert_eq!(Value::bool(true).kind(), Kind::Bool(true));
        assert_eq!(Value::bool(false).kind(), Kind::Bool(false));
        assert_eq!(Value::str(StringId(u32::MAX)).kind(), Kind::Str(StringId(u32::MAX)));
        assert_eq!(Value::function(FunctionId(7)).kind(), Kind::Function(FunctionId(7)));
        assert_eq!(Value::code(CodeId(7)).kind(), Kind::Code(CodeId(7)));
        for builtin in Builtin::ALL {
            assert_eq!(Value::builtin(builtin).kind(), Kind::Builtin(builtin));
        }
    }

    #[test]
    fn integers_end_at_63_bits() {
        assert_eq!(Value::int(Value::MAX_INT + 1), None);
        assert_eq!(Value::int(Value::MIN_INT - 1), None);
    }
}
