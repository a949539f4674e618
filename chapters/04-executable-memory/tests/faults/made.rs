//! Code that is made by hand.
#![expect(unsafe_code, reason = "calls what it has made")]

use std::fmt;
use std::sync::Arc;

use ch02_stencils::{CodeAddress, CodeOffset};
use ch04_executable_memory::{
    Arena, ArenaOptions, Code, Describe, NoRoots, Observer, Strategy, SystemPages, fault,
};

pub(super) const BOTH: [Strategy; 2] = [Strategy::DualMapping, Strategy::Flips];

/// `xor eax, eax; mov eax, [rax]; ret`
pub(super) const READ_0: [u8; 5] = [0x31, 0xc0, 0x8b, 0x00, 0xc3];

/// `sub rsp, 8; call rdi; add rsp, 8; ret`
pub(super) const CALL: [u8; 11] =
    [0x48, 0x83, 0xec, 0x08, 0xff, 0xd7, 0x48, 0x83, 0xc4, 0x08, 0xc3];

/// `ret`
pub(super) const RETURN: [u8; 1] = [0xc3];

/// Two instructions, wherever the second one begins.
#[derive(Debug)]
struct TwoInstructions {
    name: &'static str,
    second: usize,
}

impl Describe for TwoInstructions {
    fn name(&self) -> &str {
        self.name
    }

    fn describe(&self, offset: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result {
        let (number, start) = if offset.0 < self.second { (0, 0) } else { (1, self.second) };
        write!(out, "{}, instruction {number} + {:#x}", self.name, offset.0 - start)
    }
}

/// An arena that is watched until the process ends.
pub(super) fn watched(strategy: Strategy) -> Arc<Arena> {
    let arena = arena(strategy);
    std::mem::forget(fault::report(&arena).expect("handlers can be installed"));
    arena
}

/// The same, and somebody is told of its code.
pub(super) fn watched_by(observer: Arc<dyn Observer>) -> Arc<Arena> {
    let options = ArenaOptions { observers: vec![observer], ..ArenaOptions::new(0xcc) };
    let arena = Arena::new(Arc::new(SystemPages), options);
    std::mem::forget(fault::report(&arena).expect("handlers can be installed"));
    arena
}

pub(super) fn arena(strategy: Strategy) -> Arc<Arena> {
    let options = ArenaOptions { strategy, first_region: 1 << 16, ..ArenaOptions::new(0xcc) };
    Arena::new(Arc::new(SystemPages), options)
}

/// Code that says of itself that it has two instructions, of which the second begins
/// at `second`.
pub(super) fn publish(arena: &Arc<Arena>, name: &'static str, bytes: &[u8], second: usize) -> Code {
    let mut batch = arena.batch();
    let mut draft = batch.draft(bytes.len(), 16).expect("there is memory");
    draft.bytes_mut().copy_from_slice(bytes);
    draft.finish(Arc::new(TwoInstructions { name, second }));
    batch.publish().expect("it may be executed").remove(0)
}

/// Calls the code.
pub(super) fn call(code: &Code) {
    call_with(code, CodeAddress(0));
}

/// Calls the code with an argument.
pub(super) fn call_with(code: &Code, argument: CodeAddress) {
    // SAFETY: this is a function with one argument, or none, that keeps the calling
    // convention, unless it kills the process.
    unsafe { code.function::<unsafe extern "C" fn(CodeAddress)>(CodeOffset(0))(argument) }
}

/// Calls what is no code.
pub(super) fn jump(address: CodeAddress) {
    // SAFETY: there is none; the process dies of it.
    unsafe { std::mem::transmute::<CodeAddress, extern "C" fn()>(address)() }
}

/// Frees the code; returns where it was.
pub(super) fn free(code: Code) -> CodeAddress {
    let address = code.address(CodeOffset(0));
    // SAFETY: nobody executes it.
    let roots = unsafe { NoRoots::new() };
    code.free(&roots).expect("nobody returns to it");
    address
}

/// Writes a byte to where there is code, or nothing.
pub(super) fn write_to(address: u64) {
    // SAFETY: there is none; the process dies of it.
    unsafe { std::ptr::with_exposed_provenance_mut::<u8>(address as usize).write_volatile(0) }
}
