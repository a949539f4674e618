//! Writing code: drafts, which become code all at once. Chapter 4 of the book, "The
//! types say so, too".

use std::mem::{self, ManuallyDrop};
use std::ops::Range;
use std::sync::Arc;

use ch02_stencils::CodeAddress;
use smallvec::SmallVec;

use super::arena::{Arena, Fresh, LINE};
use super::code::Code;
use super::describe::Describe;
use super::error::ArenaError;
use super::extent::{Extent, Sealed};
use super::piece::Piece;
use super::region::Strategy;

/// How many bytes a batch takes at a time when it may need more than one piece of code does.
const RUN: usize = 1 << 16;

/// A draft borrows its batch, which has an extent for it by then.
const IS_OPEN: &str = "a draft is in an extent";

// ANCHOR: batch
/// Code that is being written, and to which nothing leads yet. A batch of one piece, as
/// of a function that is being called, allocates nothing for its lists.
#[derive(Debug)]
pub struct Batch {
    arena: Arc<Arena>,
    extents: SmallVec<[Open; 1]>,
    drafts: SmallVec<[Finished; 1]>,
    /// Whether there has been other code at some of these addresses.
    is_recycled: bool,
}

/// Room for a piece of code, which knows where it will be executed.
#[derive(Debug)]
pub struct Draft<'a> {
    batch: &'a mut Batch,
    /// Of the batch's last extent, in bytes from its start.
    range: Range<usize>,
}
// ANCHOR_END: batch

/// An extent, and how many bytes of it are used.
#[derive(Debug)]
struct Open {
    extent: Extent,
    used: usize,
}

/// A draft that has been written.
#[derive(Debug)]
struct Finished {
    /// Which extent it is in.
    extent: usize,
    /// Its bytes, from the start of the extent.
    range: Range<usize>,
    /// Those that it takes up, with what lies between it and its neighbours.
    room: Range<usize>,
    what: Arc<dyn Describe>,
}

impl Batch {
    pub(super) fn new(arena: Arc<Arena>) -> Batch {
        let (extents, drafts) = (SmallVec::new(), SmallVec::new());
        Batch { arena, extents, drafts, is_recycled: false }
    }

    /// Room for so many bytes of code, from a multiple of `alignment` on.
    ///
    /// # Errors
    /// When there is no memory.
    ///
    /// # Panics
    /// When `alignment` is not a power of two, or is larger than a page.
    pub fn draft(&mut self, bytes: usize, alignment: usize) -> Result<Draft<'_>, ArenaError> {
        assert!(alignment.is_power_of_two() && alignment <= 4096, "an alignment is up to a page");
        let found = self.extents.last().and_then(|open| open.room(bytes, alignment));
        let range = match found {
            Some(range) => range,
            None => self.open(bytes, alignment)?,
        };
        Ok(Draft { batch: self, range })
    }

    /// How many bytes of code have been finished.
    #[must_use]
    pub fn size(&self) -> usize {
        self.drafts.iter().map(|draft| draft.range.len()).sum()
    }

    /// Gets room for code that begins at a multiple of `alignment`.
    fn open(&mut self, bytes: usize, alignment: usize) -> Result<Range<usize>, ArenaError> {
        let padding = alignment.saturating_sub(self.arena.granule());
        let room = bytes.checked_add(padding).and_then(end_of_room);
        let room = room.ok_or(ArenaError::TooLarge { bytes })?;
        let Fresh { extent, is_recycled } = match self.run(room)? {
            Some(run) => run,
            None => self.arena.extent(room)?,
        };
        self.is_recycled |= is_recycled;
        self.extents.push(Open { extent, used: 0 });
        let range = self.extents.last().and_then(|open| open.room(bytes, alignment));
        Ok(range.expect("there is as much room as was asked for"))
    }

    /// Gets room for code that will come later, too, if there is and will be.
    fn run(&self, room: usize) -> Result<Option<Fresh>, ArenaError> {
        // One piece of code can fill a gap. Many shall lie beside each other.
        let is_alone = self.drafts.is_empty() && self.arena.strategy() == Strategy::DualMapping;
        if is_alone || room > RUN { Ok(None) } else { self.arena.free_extent(RUN) }
    }

    // ANCHOR: publish
    /// Trades all that was finished for code, in the order in which it was. None of it
    /// can be written from now on; what was not used goes back.
    ///
    /// # Errors
    /// When the system does not let it be executed. All of it goes back then.
    pub fn publish(mut self) -> Result<Vec<Code>, ArenaError> {
        if !cfg!(target_arch = "x86_64") {
            return Err(ArenaError::Processor);
        }
        self.give_back_tails();
        if self.is_recycled {
            self.arena.forget_old_code()?;
        }
        let extents = self.seal()?;
        let drafts = mem::take(&mut self.drafts);
        let code = drafts.iter().map(|draft| {
            let (region, start) = extents[draft.extent].place();
            let piece = Piece::new(Arc::clone(region), start, &draft.range, &draft.room);
            Code::new(Arc::clone(&self.arena), piece)
        });
        let code: Vec<_> = code.collect();
        self.arena.tell(code.iter().zip(drafts.iter().map(|draft| &*draft.what)));
        self.arena.enter(code.iter().zip(drafts.into_iter().map(|draft| draft.what)));
        Ok(code)
    }
    // ANCHOR_END: publish

    /// The extent of the draft that is being written.
    fn last_mut(&mut self) -> &mut Open {
        self.extents.last_mut().expect(IS_OPEN)
    }

    /// Notes that a draft has been written.
    fn keep(&mut self, range: Range<usize>, what: Arc<dyn Describe>) {
        let extent = self.extents.len() - 1;
        let end = end_of_room(range.end).expect("it was found to have room");
        let used = &mut self.last_mut().used;
        let room = mem::replace(used, end)..end;
        self.drafts.push(Finished { extent, range, room, what });
    }

    fn give_back_tails(&mut self) {
        let granule = self.arena.granule();
        for open in &mut self.extents {
            let Range { start, end } = open.extent.range();
            let used_end = start + open.used.next_multiple_of(granule);
            if used_end < end {
                self.arena.give_back(open.extent.split_off(used_end));
            }
        }
    }

    /// Seals all extents, or none.
    fn seal(&mut self) -> Result<SmallVec<[Sealed; 1]>, ArenaError> {
        let mut sealed = SmallVec::new();
        let mut extents = mem::take(&mut self.extents).into_iter();
        while let Some(Open { extent, used }) = extents.next() {
            match extent.seal() {
                Ok(extent) => sealed.push(extent),
                Err((extent, error)) => {
                    self.extents.push(Open { extent, used });
                    self.extents.extend(extents);
                    self.unseal(sealed);
                    return Err(error);
                }
            }
        }
        Ok(sealed)
    }

    /// Takes back what was sealed in vain. What the system does not give back is lost:
    /// it can be executed, but nothing leads there.
    fn unseal(&mut self, sealed: SmallVec<[Sealed; 1]>) {
        let extents = sealed.into_iter().filter_map(|sealed| sealed.unseal().ok());
        self.extents.extend(extents.map(|extent| Open { extent, used: 0 }));
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        for Open { mut extent, .. } in mem::take(&mut self.extents) {
            extent.fill(self.arena.trap());
            self.arena.give_back(extent);
        }
    }
}

impl Open {
    /// Where in the extent there is room for so many bytes.
    fn room(&self, bytes: usize, alignment: usize) -> Option<Range<usize>> {
        let Range { start, end } = self.extent.range();
        let first = (start + self.used).next_multiple_of(alignment) - start;
        let range = first..first.checked_add(bytes)?;
        (end_of_room(range.end)? <= end - start).then_some(range)
    }
}

// ANCHOR: draft
impl Draft<'_> {
    /// Where it will be executed.
    #[must_use]
    pub fn address(&self) -> CodeAddress {
        let extent = &self.open().extent;
        extent.region().code_address(extent.range().start + self.range.start)
    }

    /// The bytes, to be written to. They lie somewhere else than at the address, or
    /// will do so.
    #[must_use]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        let range = self.range.clone();
        &mut self.batch.last_mut().extent.bytes_mut()[range]
    }

    /// Adds it to what will be published. Without this, it is as if it had not been.
    pub fn finish(self, what: Arc<dyn Describe>) {
        // What would be dropped is a draft that was not finished.
        let mut draft = ManuallyDrop::new(self);
        let range = draft.range.clone();
        draft.batch.keep(range, what);
    }
    // ANCHOR_END: draft

    fn open(&self) -> &Open {
        self.batch.extents.last().expect(IS_OPEN)
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        let (trap, range) = (self.batch.arena.trap(), self.range.clone());
        let extent = &mut self.batch.last_mut().extent;
        if extent.region().is_ours() {
            extent.bytes_mut()[range].fill(trap);
        }
    }
}

/// Where the room of code ends that ends here: at a line, and behind at least one byte
/// that is no code, so that the address behind a call is always in the same room.
fn end_of_room(end: usize) -> Option<usize> {
    end.checked_add(1)?.checked_next_multiple_of(LINE)
}
