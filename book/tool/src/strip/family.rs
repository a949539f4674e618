//! Opcodes by kind, each kind with its colour.

/// What an opcode is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Moves values to and from the operand stack.
    Load,
    /// Computes.
    Arithmetic,
    /// Decides, and goes elsewhere.
    Jump,
    /// Calls and returns.
    Call,
    /// Anything else.
    Other,
}

impl Family {
    pub(super) const ALL: [Self; 5] =
        [Self::Load, Self::Arithmetic, Self::Jump, Self::Call, Self::Other];

    /// The kind of an opcode, by how CPython names them.
    pub(super) fn of(opcode: &str) -> Self {
        let starts = |with: &[&str]| with.iter().any(|start| opcode.starts_with(start));
        if starts(&["LOAD_", "STORE_", "DELETE_", "COPY", "SWAP", "POP_TOP", "PUSH_"]) {
            Self::Load
        } else if starts(&["BINARY_", "UNARY_"]) {
            Self::Arithmetic
        } else if starts(&["COMPARE_", "IS_OP", "CONTAINS_", "TO_BOOL", "POP_JUMP", "JUMP", "FOR_"])
        {
            Self::Jump
        } else if starts(&["CALL", "RETURN", "RESUME"]) {
            Self::Call
        } else {
            Self::Other
        }
    }

    /// What the legend says.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Load => "loads and stores",
            Self::Arithmetic => "arithmetic",
            Self::Jump => "comparisons and jumps",
            Self::Call => "calls and returns",
            Self::Other => "other",
        }
    }

    /// The colour, as CSS. Dark ink can be read on each fallback, on screen in
    /// any theme and on paper.
    pub(super) fn fill(self) -> &'static str {
        match self {
            Self::Load => "var(--strip-load, #9ecae9)",
            Self::Arithmetic => "var(--strip-arithmetic, #f6c86e)",
            Self::Jump => "var(--strip-jump, #b7dfa1)",
            Self::Call => "var(--strip-call, #dcbcec)",
            Self::Other => "var(--strip-other, #d2d2d2)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opcodes_are_told_by_their_names() {
        assert_eq!(Family::of("LOAD_FAST"), Family::Load);
        assert_eq!(Family::of("BINARY_OP"), Family::Arithmetic);
        assert_eq!(Family::of("POP_JUMP_IF_FALSE"), Family::Jump);
        assert_eq!(Family::of("POP_TOP"), Family::Load);
        assert_eq!(Family::of("RETURN_VALUE"), Family::Call);
        assert_eq!(Family::of("NOP"), Family::Other);
    }
}
