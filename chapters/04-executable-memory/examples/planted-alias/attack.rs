//! The function, the leak, and the attack. Chapter 4 of the book, "What this does not
//! protect from".
#![expect(unsafe_code, reason = "does what an attacker would do")]

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::{Arc, Mutex};

use ch02_stencils::CodeOffset;
use ch04_executable_memory::{
    Arena, ArenaOptions, Backing, Code, Named, PageSource, Protection, Strategy, SystemPages, fault,
};

/// `mov eax, 1; ret`
const FUNCTION: [u8; 6] = [0xb8, 0x01, 0x00, 0x00, 0x00, 0xc3];

/// `mov eax, 666; ret`: what the attacker would rather have.
const PAYLOAD: [u8; 6] = [0xb8, 0x9a, 0x02, 0x00, 0x00, 0xc3];

/// `int3`, for room in which there is no code.
const TRAP: u8 = 0xcc;

/// What happens in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// Two mappings; the attacker knows where the function is executed.
    ExecutedAddress,
    /// Two mappings; somebody has told him where memory can be written.
    LeakedAlias,
    /// One mapping; he has been told as much. But where he could have written, while
    /// the function was, nobody can any more.
    Flips,
}

impl Scene {
    pub(super) const ALL: [Scene; 3] = [Scene::ExecutedAddress, Scene::LeakedAlias, Scene::Flips];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ExecutedAddress => "executed-address",
            Self::LeakedAlias => "leaked-alias",
            Self::Flips => "flips",
        }
    }

    pub(super) fn named(name: &str) -> Option<Scene> {
        Self::ALL.into_iter().find(|scene| scene.name() == name)
    }

    /// Plays it in this process, which may not survive it.
    pub(super) fn play(self) {
        let strategy = match self {
            Self::ExecutedAddress | Self::LeakedAlias => Strategy::DualMapping,
            Self::Flips => Strategy::Flips,
        };
        let pages = Arc::new(LeakyPages::default());
        let options = ArenaOptions { strategy, ..ArenaOptions::new(TRAP) };
        let arena = Arena::new(pages.clone(), options);
        let _watch = fault::report(&arena).expect("the system calls handlers");
        let code = publish(&arena);
        eprintln!("before: the function returns {}", call(&code));
        let target = match self {
            Self::ExecutedAddress => code.address(CodeOffset(0)).0,
            Self::LeakedAlias | Self::Flips => pages.find(&FUNCTION).expect("it was leaked"),
        };
        overwrite(target, &PAYLOAD);
        eprintln!("after: the function returns {}", call(&code));
    }
}

fn publish(arena: &Arc<Arena>) -> Code {
    let mut batch = arena.batch();
    let mut draft = batch.draft(FUNCTION.len(), 16).expect("there is memory");
    draft.bytes_mut().copy_from_slice(&FUNCTION);
    draft.finish(Arc::new(Named("answer".to_owned())));
    batch.publish().expect("code may be executed").remove(0)
}

fn call(code: &Code) -> i32 {
    // SAFETY: either way it is a function that takes nothing, returns an `i32`, and
    // touches neither stack nor memory.
    unsafe { code.function::<unsafe extern "C" fn() -> i32>(CodeOffset(0))() }
}

// ANCHOR: overwrite
/// The attacker's primitive: some mistake in the program lets him write anywhere.
fn overwrite(address: u64, bytes: &[u8]) {
    let start: *mut u8 = ptr::with_exposed_provenance_mut(address as usize);
    for (offset, &byte) in bytes.iter().enumerate() {
        // SAFETY: there is none. That is the mistake.
        unsafe { start.add(offset).write_volatile(byte) };
    }
}
// ANCHOR_END: overwrite

/// The system's memory, and a note of all that was ever mapped to be written: what a
/// pointer on the heap, or a look into `/proc/self/maps`, tells an attacker.
#[derive(Debug, Default)]
struct LeakyPages {
    /// Addresses and sizes.
    writable: Mutex<Vec<(usize, usize)>>,
}

impl LeakyPages {
    /// Looks for some bytes in all memory that was mapped to be written.
    fn find(&self, bytes: &[u8]) -> Option<u64> {
        let writable = self.writable.lock().expect("nobody panics over the note");
        writable.iter().find_map(|&(start, size)| {
            let memory: *const u8 = ptr::with_exposed_provenance(start);
            // SAFETY: the arena still has it mapped, and nobody writes meanwhile.
            let memory = unsafe { slice::from_raw_parts(memory, size) };
            let offset = memory.windows(bytes.len()).position(|window| window == bytes)?;
            Some((start + offset) as u64)
        })
    }
}

// SAFETY: the system does it all.
unsafe impl PageSource for LeakyPages {
    unsafe fn map(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        backing: Backing<'_>,
        protection: Protection,
    ) -> io::Result<()> {
        if protection == Protection::Write {
            let mut writable = self.writable.lock().expect("nobody panics over the note");
            writable.push((start.as_ptr().expose_provenance(), bytes));
        }
        // SAFETY: passed on.
        unsafe { SystemPages.map(start, bytes, backing, protection) }
    }

    fn page_size(&self) -> usize {
        SystemPages.page_size()
    }

    fn reserve(&self, bytes: usize, at: Option<u64>) -> io::Result<NonNull<u8>> {
        SystemPages.reserve(bytes, at)
    }

    fn share(&self, bytes: usize) -> io::Result<OwnedFd> {
        SystemPages.share(bytes)
    }

    fn lock(&self, memory: BorrowedFd<'_>) -> io::Result<()> {
        SystemPages.lock(memory)
    }

    unsafe fn protect(
        &self,
        start: NonNull<u8>,
        bytes: usize,
        protection: Protection,
    ) -> io::Result<()> {
        // SAFETY: passed on.
        unsafe { SystemPages.protect(start, bytes, protection) }
    }

    unsafe fn populate(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()> {
        // SAFETY: passed on.
        unsafe { SystemPages.populate(start, bytes) }
    }

    unsafe fn unmap(&self, start: NonNull<u8>, bytes: usize) -> io::Result<()> {
        // SAFETY: passed on.
        unsafe { SystemPages.unmap(start, bytes) }
    }

    fn synchronize(&self) -> io::Result<()> {
        SystemPages.synchronize()
    }
}
