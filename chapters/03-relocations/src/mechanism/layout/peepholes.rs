//! What the layout may do to shorten code and to save jumps. Each of these can be
//! switched off, to see what it is good for. Chapter 3 of the book, "Payoff".

/// One thing that the layout may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Peephole {
    /// A jump to what comes next anyway is left out.
    FallThrough,
    /// A branch over a jump becomes the opposite branch.
    InvertedBranches,
    /// A jump to a jump goes where that one goes.
    ThreadedJumps,
    /// Blocks that are hardly ever executed lie behind everything else.
    ColdStream,
    /// A jump within a stencil has one byte of distance where that is enough.
    ShortJumps,
}

impl Peephole {
    /// All of them.
    pub const ALL: [Peephole; 5] = [
        Peephole::FallThrough,
        Peephole::InvertedBranches,
        Peephole::ThreadedJumps,
        Peephole::ColdStream,
        Peephole::ShortJumps,
    ];

    /// Its name, as typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FallThrough => "fall-through",
            Self::InvertedBranches => "inverted-branches",
            Self::ThreadedJumps => "threaded-jumps",
            Self::ColdStream => "cold-stream",
            Self::ShortJumps => "short-jumps",
        }
    }
}

/// A set of peepholes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peepholes(u8);

impl Peepholes {
    /// None of them: the layout is the compiler's.
    pub const NONE: Peepholes = Peepholes(0);

    /// All of them.
    pub const ALL: Peepholes = Peepholes((1 << Peephole::ALL.len()) - 1);

    /// These, but for one.
    #[must_use]
    pub fn without(self, peephole: Peephole) -> Peepholes {
        Peepholes(self.0 & !(1 << peephole as u8))
    }

    /// Whether one is among these.
    #[must_use]
    pub fn contains(self, peephole: Peephole) -> bool {
        self.0 & 1 << peephole as u8 != 0
    }

    /// Every set that there is, beginning with none.
    pub fn every() -> impl Iterator<Item = Peepholes> {
        (0..=Self::ALL.0).map(Peepholes)
    }
}
