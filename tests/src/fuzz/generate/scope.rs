//! What the generator knows at the place where it writes: the names in reach
//! with the kinds of value that they hold, the functions that may be called,
//! and how many statements the program may still execute.

/// What a variable, a parameter or a result may hold. The generator keeps to
/// it everywhere except in deliberate mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An integer of at most [`SMALL_BITS`] bits.
    Small,
    /// A sum: assigned like `Small`, but small numbers may be added to it or
    /// taken from it as they come.
    Total,
    /// An integer of at most [`WORD_BITS`] bits.
    Wide,
    /// `True` or `False`.
    Bool,
    /// A small integer, a bool, `None` or a string: good for printing, `==`,
    /// `is`, tests and passing on.
    Any,
    /// A function of that many small integers whose result is one, too.
    Function(usize),
}

/// Magnitude of what is stored in most variables: below 2^20.
pub(super) const SMALL_BITS: u32 = 20;

/// Magnitude of the largest integers of the language of Part I, which have 63
/// bits, one of them the sign.
pub(super) const WORD_BITS: u32 = 62;

/// Magnitude of a `Total`: no program executes 2^19 additions of small numbers.
const TOTAL_BITS: u32 = SMALL_BITS + 20;

impl Kind {
    /// How many bits the magnitude of an integer of this kind has at most;
    /// `None` for the other kinds.
    pub(super) fn bits(self) -> Option<u32> {
        match self {
            Kind::Small => Some(SMALL_BITS),
            Kind::Total => Some(TOTAL_BITS),
            Kind::Wide => Some(WORD_BITS),
            Kind::Bool | Kind::Any | Kind::Function(_) => None,
        }
    }

    /// Whether this is a kind of integer.
    pub(super) fn is_integer(self) -> bool {
        self.bits().is_some()
    }
}

/// A name that certainly has a value here.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether the program may assign it here.
    pub(super) writable: bool,
}

impl Variable {
    /// A variable that may be assigned.
    pub(super) fn new(name: &str, kind: Kind) -> Variable {
        Variable { name: name.to_owned(), kind, writable: true }
    }

    /// The same variable, for reading only.
    pub(super) fn read_only(mut self) -> Variable {
        self.writable = false;
        self
    }
}

/// A function as its callers see it.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) parameters: Vec<Kind>,
    pub(super) result: Kind,
    /// The largest first argument of a function that calls itself with ever
    /// smaller ones.
    pub(super) recursion_depth: Option<u32>,
    /// How many statements a call executes at most.
    pub(super) cost: u32,
}

/// What calling a function through a variable costs at most, whichever it is.
pub(super) const VALUE_COST: u32 = 120;

impl Signature {
    /// Whether a variable of kind `Function(arity)` may hold this function.
    pub(super) fn is_value_with(&self, arity: usize) -> bool {
        self.parameters == vec![Kind::Small; arity]
            && self.result == Kind::Small
            && self.recursion_depth.is_none()
            && self.cost <= VALUE_COST
    }
}

/// The executed statements of a function or a module, counted before it runs:
/// never fewer than there will be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// How many statements may be executed.
    pub(super) limit: u32,
    /// How many the code so far executes at most.
    pub(super) spent: u32,
    /// How often the place that is being written may be reached.
    pub(super) repeats: u32,
}

impl Budget {
    /// Nothing spent yet, outside any loop.
    pub(super) fn new(limit: u32) -> Budget {
        Budget { limit, spent: 0, repeats: 1 }
    }

    /// Whether something that executes `cost` statements may stand here.
    pub(super) fn affords(&self, cost: u32) -> bool {
        self.spent + self.repeats * cost <= self.limit
    }

    /// Counts something that executes `cost` statements.
    pub(super) fn charge(&mut self, cost: u32) {
        self.spent += self.repeats * cost;
    }

    /// How often a loop with a few statements may go round here.
    pub(super) fn affordable_rounds(&self) -> u32 {
        const STATEMENTS: u32 = 6;
        self.limit.saturating_sub(self.spent) / (self.repeats * STATEMENTS)
    }
}

/// The function, or the module, whose statements are being written.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) variables: Vec<Variable>,
    pub(super) budget: Budget,
    /// How many loops are around this place.
    pub(super) loops: u32,
    /// How many `while` loops have been given a counter.
    pub(super) counters: u32,
    /// What `return` gives back; `None` in the module.
    pub(super) result: Option<Kind>,
    /// The function itself, while it may still be called from here.
    pub(super) recursion: Option<Recursion>,
}

/// The calls of itself that a function may still contain.
#[derive(Clone, Debug)]
pub(super) struct Recursion {
    /// As the function itself sees it: its cost is 0, because the cost of the
    /// function is counted for all its calls of itself.
    pub(super) signature: Signature,
    pub(super) calls_left: u32,
}

impl Scope {
    /// A scope without variables that may execute `limit` statements.
    pub(super) fn new(limit: u32, result: Option<Kind>) -> Scope {
        Scope {
            variables: Vec::new(),
            budget: Budget::new(limit),
            loops: 0,
            counters: 0,
            result,
            recursion: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn what_stands_in_a_loop_costs_as_often_as_the_loop_goes_round() {
        let mut budget = Budget::new(100);
        budget.repeats = 10;
        assert!(budget.affords(10) && !budget.affords(11));
        budget.charge(9);
        assert_eq!(budget.spent, 90);
        assert!(budget.affords(1) && !budget.affords(2));
    }
}
