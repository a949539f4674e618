//! From places in the code to steps, and back. Chapter 3 of the book, "An image".

use ch02_stencils::CodeOffset;

use crate::mechanism::layout::PartName;

/// One copy of a stencil in an image: the first one, the second one, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step(pub u32);

/// What lies at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Whose code it is.
    pub step: Step,
    /// Which part of it.
    pub part: PartName,
    /// How far it is from the start of that part, in bytes.
    pub offset: usize,
}

/// Where the code of each step lies, in the order of the steps. Every step is a
/// label: its hot part can be entered at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeMap {
    /// By step; behind the last one, where both streams end.
    pub(super) starts: Vec<Starts>,
}

/// Where the parts of a step begin, in bytes from the start of the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Starts {
    pub(super) hot: u32,
    pub(super) cold: u32,
}

impl Starts {
    fn of(self, part: PartName) -> usize {
        match part {
            PartName::Hot => self.hot as usize,
            PartName::Cold => self.cold as usize,
            PartName::Slots => panic!("slots are no code"),
        }
    }
}

impl CodeMap {
    /// How many steps there are.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Where the hot part of a step begins, in bytes from the start of the image;
    /// where that of the last one ends, for every number behind; 0 if there is none.
    #[must_use]
    pub fn start(&self, step: Step) -> CodeOffset {
        let Some(last) = self.starts.len().checked_sub(1) else { return CodeOffset(0) };
        CodeOffset(self.starts[last.min(step.0 as usize)].hot as usize)
    }

    /// The bytes of a step's hot or cold part, in bytes from the start of the image.
    ///
    /// # Panics
    /// When there is no such step, or the part is the slots, which only code looks up.
    #[must_use]
    pub fn bytes(&self, step: Step, part: PartName) -> std::ops::Range<usize> {
        let step = step.0 as usize;
        self.starts[step].of(part)..self.starts[step + 1].of(part)
    }

    /// Where a step can be entered, in bytes from the start of the image.
    ///
    /// # Panics
    /// When there is no such step.
    #[must_use]
    pub fn entry(&self, step: Step) -> CodeOffset {
        assert!((step.0 as usize) < self.steps(), "there is a step {}", step.0);
        self.start(step)
    }

    /// How many bytes the hot parts of all steps have.
    #[must_use]
    pub fn hot_size(&self) -> usize {
        self.starts.last().map_or(0, |end| end.hot as usize)
    }

    /// How many bytes the cold parts of all steps have.
    #[must_use]
    pub fn cold_size(&self) -> usize {
        self.starts.last().map_or(0, |end| end.cold as usize) - self.hot_size()
    }

    // ANCHOR: find
    /// Whose code lies at an offset; `None` where there is none. Of steps without a
    /// byte none is found. For a return address, ask for the byte before it, which
    /// is the call's.
    #[must_use]
    pub fn find(&self, offset: CodeOffset) -> Option<Position> {
        for part in [PartName::Hot, PartName::Cold] {
            let behind = self.starts.partition_point(|starts| starts.of(part) <= offset.0);
            if (1..self.starts.len()).contains(&behind) {
                let start = self.starts[behind - 1].of(part);
                let step = Step(behind as u32 - 1);
                return Some(Position { step, part, offset: offset.0 - start });
            }
        }
        None
    }
    // ANCHOR_END: find
}
