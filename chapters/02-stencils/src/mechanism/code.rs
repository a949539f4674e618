//! Memory for machine code: writable first, executable then, never both.
//! Chapter 2 of the book, "Copy, patch, run, again"; chapter 4 replaces it.
#![expect(unsafe_code, reason = "turns an address into a function that can be called")]

use std::io;
use std::mem;

use memmap2::{Mmap, MmapMut};

use super::stencil::{Stencil, Target};

/// A distance in bytes from the start of some code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeOffset(pub usize);

/// Where in this process some machine code begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct CodeAddress(pub u64);

/// Memory that stencils are copied to. It cannot be executed yet.
#[derive(Debug)]
pub struct CodeBuffer {
    memory: MmapMut,
}

impl CodeBuffer {
    /// A buffer of `size` bytes in a mapping of its own.
    ///
    /// # Errors
    /// The system's, when it gives no memory.
    pub fn new(size: usize) -> io::Result<CodeBuffer> {
        Ok(CodeBuffer { memory: MmapMut::map_anon(size)? })
    }

    /// Where the code at `offset` will lie when it can be executed: where it lies now.
    ///
    /// # Panics
    /// When `offset` is outside the buffer.
    #[must_use]
    pub fn address(&self, offset: CodeOffset) -> CodeAddress {
        CodeAddress(self.memory[offset.0..].as_ptr() as u64)
    }

    /// The memory, to be written to.
    #[must_use]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    /// Copies a stencil to `offset` and fills its holes.
    ///
    /// # Panics
    /// When it reaches beyond the end of the buffer.
    pub fn place(
        &mut self,
        stencil: &Stencil,
        offset: CodeOffset,
        value_of: impl FnMut(Target) -> u64,
    ) {
        let place = &mut self.memory[offset.0..offset.0 + stencil.code.len()];
        stencil.copy_and_patch(place, value_of);
    }

    // ANCHOR: publish
    /// Makes the code executable, and no longer writable.
    ///
    /// # Errors
    /// The system's, when it does not allow that.
    pub fn publish(self) -> io::Result<Code> {
        Ok(Code { memory: self.memory.make_exec()? })
    }
    // ANCHOR_END: publish
}

/// Machine code that can be executed for as long as this lives.
#[derive(Debug)]
pub struct Code {
    memory: Mmap,
}

impl Code {
    /// The machine code.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.memory
    }

    /// Where the code at `offset` lies.
    ///
    /// # Panics
    /// When `offset` is outside the code.
    #[must_use]
    pub fn address(&self, offset: CodeOffset) -> CodeAddress {
        CodeAddress(self.memory[offset.0..].as_ptr() as u64)
    }

    /// The code at `offset` as a function of type `F`, a function pointer.
    ///
    /// # Safety
    /// At `offset` there must be the start of a function of this type. Whoever
    /// calls it keeps the `Code` alive until it has returned, along with all that
    /// the function jumps to; and it does not unwind.
    ///
    /// # Panics
    /// When `offset` is outside the code, or `F` has not the size of an address.
    #[must_use]
    pub unsafe fn function<F: Copy>(&self, offset: CodeOffset) -> F {
        assert_eq!(size_of::<F>(), size_of::<usize>(), "a function pointer is an address");
        let address = self.memory[offset.0..].as_ptr();
        // SAFETY: the sizes are the same, and the caller vouches for the type.
        unsafe { mem::transmute_copy(&address) }
    }
}
