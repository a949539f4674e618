//! The differential fuzzer: programs made from a seed, and made smaller when
//! engines disagree about one. Everything here is about text; running the
//! engines and comparing what they print is somebody else's work.

mod tree;

mod print;
mod walk;

mod random;

mod generate;
mod shrink;

pub use generate::generate;
pub use shrink::{MAX_TRIES, shrink};
pub use tree::{
    BinaryOperator, Block, Comparison, Expr, Function, LogicalOperator, LoopTest, Program, Stmt,
    UnaryOperator, While,
};
