//! The fuzzer's own syntax tree: the subset of Python that a fuzzed program may
//! use, and nothing else. It is smaller than a parser's tree, and two things in
//! it are not Python's: a `while` loop brings its own counter, so that no edit
//! of a tree can make a loop endless, and functions stand apart from the
//! statements of the module.

/// A module: functions first, then the statements that call them.
///
/// Its `Display` is the program as Python source, with a line feed at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The functions, each before those that call it.
    pub functions: Vec<Function>,
    /// The statements of the module. May be empty.
    pub body: Block,
}

/// `def name(parameters): body`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name that calls use.
    pub name: String,
    /// Positional parameters, without defaults.
    pub parameters: Vec<String>,
    /// The statements; an empty block is printed as `pass`.
    pub body: Block,
}

/// Statements of one indentation. An empty block is printed as `pass`.
pub type Block = Vec<Stmt>;

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stmt {
    /// An expression whose value nobody wants: a call, as a rule.
    Expr(Expr),
    /// `a = b = value`, with at least one target.
    Assign {
        /// The names, in the order in which they are assigned.
        targets: Vec<String>,
        /// The value that all of them get.
        value: Expr,
    },
    /// `a, b = value, value`: as many targets as values, at least two.
    Unpack {
        /// The names, from left to right.
        targets: Vec<String>,
        /// The values, from left to right.
        values: Vec<Expr>,
    },
    /// `target += value`, and so for every binary operator.
    Augment {
        /// The name that is read, then assigned.
        target: String,
        /// The operator before the equals sign.
        operator: BinaryOperator,
        /// The right operand.
        value: Expr,
    },
    /// `if`, `elif` …, `else`.
    If {
        /// The test and the block of `if`, then those of each `elif`; at least
        /// one.
        branches: Vec<(Expr, Block)>,
        /// The block of `else`. Empty: there is no `else`.
        otherwise: Block,
    },
    /// `while`, with the counter that ends it.
    While(While),
    /// `for variable in range(arguments)`.
    For {
        /// The loop's variable.
        variable: String,
        /// One to three arguments of `range`.
        range: Vec<Expr>,
        /// The body.
        body: Block,
        /// The block of `else`. Empty: there is no `else`.
        otherwise: Block,
    },
    /// `return`, with or without a value.
    Return(Option<Expr>),
    /// `global a, b`, with at least one name.
    Global(Vec<String>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `pass`.
    Pass,
}

/// A `while` loop that ends. Its first lines set the counter and, as the body
/// begins, advance it; `continue` cannot skip that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct While {
    /// The counter's name; nothing else may assign it.
    pub counter: String,
    /// How many times the body runs at most.
    pub limit: u32,
    /// How test and counter are written.
    pub test: LoopTest,
    /// The body, without the lines that advance the counter.
    pub body: Block,
    /// The block of `else`. Empty: there is no `else`.
    pub otherwise: Block,
}

/// How a `while` loop uses its counter `w`. Each form ends after `limit` rounds
/// if nothing ends it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoopTest {
    /// `while w < limit`, counting up.
    Up,
    /// `while w < limit and test`, counting up.
    UpAnd(Expr),
    /// `while w`, counting down from the limit.
    Down,
    /// `while True`, with `if w > limit: break` in the body.
    Always,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// An integer. A negative one is printed as a minus sign and a literal.
    Int(i64),
    /// `True` or `False`.
    Bool(bool),
    /// `None`.
    None,
    /// A string, printed between double quotes as it is: without quotes,
    /// backslashes and line feeds of its own.
    Str(String),
    /// A name.
    Name(String),
    /// A unary operator and its operand.
    Unary(UnaryOperator, Box<Expr>),
    /// An arithmetic operator between its operands.
    Binary(Box<Expr>, BinaryOperator, Box<Expr>),
    /// `and` or `or` between two operands.
    Logical(Box<Expr>, LogicalOperator, Box<Expr>),
    /// `first < second == third …`, with at least one comparison.
    Compare {
        /// The leftmost operand.
        first: Box<Expr>,
        /// Each comparison with the operand to its right.
        rest: Vec<(Comparison, Expr)>,
    },
    /// `value if test else otherwise`.
    Conditional {
        /// What it is if the test holds.
        value: Box<Expr>,
        /// The test, which is evaluated first.
        test: Box<Expr>,
        /// What it is if the test does not hold.
        otherwise: Box<Expr>,
    },
    /// `function(arguments)`: a function of the program, a built-in, or a
    /// variable that holds a function.
    Call {
        /// The name before the parenthesis.
        function: String,
        /// Positional arguments.
        arguments: Vec<Expr>,
    },
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `+`
    Plus,
    /// `~`
    Invert,
    /// `not`
    Not,
}

/// An operator of integer arithmetic; each has an augmented assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `//`
    FloorDivide,
    /// `%`
    Remainder,
    /// `**`
    Power,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
}

/// An operator that may leave its right operand unevaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicalOperator {
    /// `and`
    And,
    /// `or`
    Or,
}

/// One link in a chain of comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `is`
    Is,
    /// `is not`
    IsNot,
}

impl BinaryOperator {
    /// Every operator once.
    pub const ALL: [BinaryOperator; 11] = [
        BinaryOperator::Add,
        BinaryOperator::Subtract,
        BinaryOperator::Multiply,
        BinaryOperator::FloorDivide,
        BinaryOperator::Remainder,
        BinaryOperator::Power,
        BinaryOperator::ShiftLeft,
        BinaryOperator::ShiftRight,
        BinaryOperator::And,
        BinaryOperator::Or,
        BinaryOperator::Xor,
    ];
}

impl Expr {
    /// The name `name`.
    pub fn name(name: &str) -> Expr {
        Expr::Name(name.to_owned())
    }

    /// `operator operand`.
    pub fn unary(operator: UnaryOperator, operand: Expr) -> Expr {
        Expr::Unary(operator, Box::new(operand))
    }

    /// `left operator right`.
    pub fn binary(left: Expr, operator: BinaryOperator, right: Expr) -> Expr {
        Expr::Binary(Box::new(left), operator, Box::new(right))
    }

    /// `left and right` or `left or right`.
    pub fn logical(left: Expr, operator: LogicalOperator, right: Expr) -> Expr {
        Expr::Logical(Box::new(left), operator, Box::new(right))
    }

    /// `left comparison right`.
    pub fn compare(left: Expr, comparison: Comparison, right: Expr) -> Expr {
        Expr::Compare { first: Box::new(left), rest: vec![(comparison, right)] }
    }

    /// `value if test else otherwise`.
    pub fn conditional(value: Expr, test: Expr, otherwise: Expr) -> Expr {
        Expr::Conditional {
            value: Box::new(value),
            test: Box::new(test),
            otherwise: Box::new(otherwise),
        }
    }

    /// `function(arguments)`.
    pub fn call(function: &str, arguments: Vec<Expr>) -> Expr {
        Expr::Call { function: function.to_owned(), arguments }
    }
}
