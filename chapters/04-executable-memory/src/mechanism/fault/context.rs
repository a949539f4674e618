//! What the processor says of a fault, from the state that the kernel saves when it
//! calls a handler. Chapter 4 of the book, "Last words".
#![expect(unsafe_code, reason = "reads what the kernel passes to a handler as an address")]

use libc::{c_void, ucontext_t};
use nix::sys::signal::Signal;

use super::evidence::Fault;

#[cfg(target_arch = "x86_64")]
use x86_64 as processor;

#[cfg(target_arch = "aarch64")]
use aarch64 as processor;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use unknown as processor;

/// Whether [`read`] has an answer on this processor.
pub(super) const IS_KNOWN: bool = processor::IS_KNOWN;

/// The fault for which a handler was called.
///
/// # Safety
/// `context` is what the kernel has passed to a handler that is running, for a signal
/// that an instruction has caused.
pub(super) unsafe fn read(signal: Signal, context: *const c_void) -> Option<Fault> {
    // SAFETY: with SA_SIGINFO that is what the kernel passes, and it stays until the
    // handler returns.
    let context = unsafe { &*context.cast::<ucontext_t>() };
    processor::read(signal, context)
}

/// Processors of which nothing is known.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod unknown {
    use super::{Fault, Signal, ucontext_t};

    pub(super) const IS_KNOWN: bool = false;

    pub(super) fn read(_: Signal, _: &ucontext_t) -> Option<Fault> {
        None
    }
}

/// x86-64; the numbers are in the *Intel 64 and IA-32 Architectures Software Developer's
/// Manual*, volume 3, chapter 6, "Exception and Interrupt Reference".
#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use libc::{REG_CR2, REG_ERR, REG_RIP, REG_RSP, REG_TRAPNO};

    use super::super::evidence::{Access, AccessKind};
    use super::{Fault, Signal, ucontext_t};

    pub(super) const IS_KNOWN: bool = true;

    /// `int3` was executed.
    const BREAKPOINT: u64 = 3;

    /// Only for this one there are an address and an error code that tells what it was.
    const PAGE_FAULT: u64 = 14;

    pub(super) fn read(signal: Signal, context: &ucontext_t) -> Option<Fault> {
        let register = |which| context.uc_mcontext.gregs[which as usize].cast_unsigned();
        let trap = register(REG_TRAPNO);
        // A breakpoint is not a fault: it is executed, and the counter stands behind it.
        let behind = u64::from(trap == BREAKPOINT);
        let access = (trap == PAGE_FAULT)
            .then(|| Access { kind: kind(register(REG_ERR)), address: register(REG_CR2) });
        Some(Fault { signal, pc: register(REG_RIP) - behind, stack: register(REG_RSP), access })
    }

    fn kind(error_code: u64) -> AccessKind {
        match error_code {
            code if code & (1 << 4) != 0 => AccessKind::Execute,
            code if code & (1 << 1) != 0 => AccessKind::Data { writes: Some(true) },
            _ => AccessKind::Data { writes: Some(false) },
        }
    }
}

/// AArch64.
#[cfg(target_arch = "aarch64")]
mod aarch64 {
    use super::super::evidence::{Access, AccessKind};
    use super::{Fault, Signal, ucontext_t};

    pub(super) const IS_KNOWN: bool = true;

    pub(super) fn read(signal: Signal, context: &ucontext_t) -> Option<Fault> {
        let state = &context.uc_mcontext;
        let (pc, address) = (state.pc, state.fault_address);
        // What cannot be fetched is where the counter is.
        let kind =
            if address == pc { AccessKind::Execute } else { AccessKind::Data { writes: None } };
        let is_access = matches!(signal, Signal::SIGSEGV | Signal::SIGBUS);
        let access = is_access.then_some(Access { kind, address });
        Some(Fault { signal, pc, stack: state.sp, access })
    }
}
