//! From places in the code to steps, and back.

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

/// Where the code of each step lies. Every step is a label: its hot part can be
/// entered at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeMap {
    /// By step, where its hot part begins; behind the last one, where they end.
    pub(super) hot: Vec<u32>,
    /// By step, where its cold part begins; behind the last one, where they end.
    pub(super) cold: Vec<u32>,
}

impl CodeMap {
    /// Begins again, for so many steps.
    pub(super) fn clear(&mut self, steps: usize) {
        for starts in [&mut self.hot, &mut self.cold] {
            starts.clear();
            starts.reserve(steps + 1);
        }
    }

    /// Adds where a step begins. Whether that has 32 bits is asked at the end.
    pub(super) fn push(&mut self, hot: u64, cold: u64) {
        self.hot.push(hot as u32);
        self.cold.push(cold as u32);
    }

    /// How many steps there are.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.hot.len().saturating_sub(1)
    }

    /// Where the hot part of a step begins, in bytes from the start of the image;
    /// where that of the last one ends, for every number behind.
    #[must_use]
    pub fn start(&self, step: Step) -> CodeOffset {
        CodeOffset(self.hot[(step.0 as usize).min(self.hot.len() - 1)] as usize)
    }

    /// The bytes of a step's hot or cold part, in bytes from the start of the image.
    ///
    /// # Panics
    /// When there is no such step, or the part is the slots, which only code looks up.
    #[must_use]
    pub fn bytes(&self, step: Step, part: PartName) -> std::ops::Range<usize> {
        let starts = match part {
            PartName::Hot => &self.hot,
            PartName::Cold => &self.cold,
            PartName::Slots => panic!("slots are no code"),
        };
        let step = step.0 as usize;
        starts[step] as usize..starts[step + 1] as usize
    }

    // ANCHOR: find
    /// Whose code lies at an offset; `None` where there is none. Of steps without a
    /// byte none is found.
    #[must_use]
    pub fn find(&self, offset: CodeOffset) -> Option<Position> {
        for (part, starts) in [(PartName::Hot, &self.hot), (PartName::Cold, &self.cold)] {
            let behind = starts.partition_point(|&start| start as usize <= offset.0);
            if (1..starts.len()).contains(&behind) {
                let (step, start) = (behind - 1, starts[behind - 1] as usize);
                let step = Step(step as u32);
                return Some(Position { step, part, offset: offset.0 - start });
            }
        }
        None
    }
    // ANCHOR_END: find
}
