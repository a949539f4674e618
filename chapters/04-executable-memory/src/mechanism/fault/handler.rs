//! The handler: what the kernel calls when an instruction has failed. Chapter 4 of the
//! book, "Last words".
#![expect(unsafe_code, reason = "has the kernel call a function between any two instructions")]

use std::io;
use std::sync::OnceLock;

use libc::{c_int, c_void, siginfo_t};
use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, raise, sigaction};

use super::context;
use super::error::FaultError;
use super::patience::patiently;
use super::watch;

/// The signals that an instruction can cause.
const SIGNALS: [Signal; 5] =
    [Signal::SIGSEGV, Signal::SIGBUS, Signal::SIGILL, Signal::SIGTRAP, Signal::SIGFPE];

/// What was to be done about each of them before.
static EARLIER: [OnceLock<SigAction>; SIGNALS.len()] = [const { OnceLock::new() }; SIGNALS.len()];

/// Installs the handler, once. Nobody else may be doing so.
pub(super) fn install() -> Result<(), FaultError> {
    // On an alternate stack, where there is one: the fault may be that the stack is full.
    let flags = SaFlags::SA_SIGINFO | SaFlags::SA_ONSTACK;
    // A fault in the handler is none that it could handle: then the process dies at once.
    let blocked = SigSet::from_iter(SIGNALS);
    let action = SigAction::new(SigHandler::SigAction(on_fault), flags, blocked);
    for (signal, earlier) in SIGNALS.into_iter().zip(&EARLIER) {
        if earlier.get().is_some() {
            continue;
        }
        // SAFETY: the handler does only what a handler may.
        let replaced = unsafe { sigaction(signal, &action) };
        let replaced = replaced.map_err(|error| refused(signal, error))?;
        earlier.set(replaced).expect("nobody else installs it");
    }
    Ok(())
}

fn refused(signal: Signal, error: Errno) -> FaultError {
    FaultError::Handler { signal: signal.as_str(), reason: io::Error::from(error) }
}

// ANCHOR: on_fault
extern "C" fn on_fault(number: c_int, information: *mut siginfo_t, context: *mut c_void) {
    let error = Errno::last_raw();
    let signal = Signal::try_from(number).expect("it is installed for signals that there are");
    // SAFETY: the kernel passes what describes the signal, until this returns.
    let is_sent = unsafe { (*information).si_code } <= 0;
    // SAFETY: as above; when nobody has sent it, an instruction has caused it.
    let fault = if is_sent { None } else { unsafe { context::read(signal, context) } };
    if let Some(fault) = fault {
        watch::tell(&fault);
    }
    // If somebody can repair the fault, the program goes on and has seen nothing of this.
    Errno::set_raw(error);
    // What was there before is called instead of restored: this handler stays.
    match earlier(signal) {
        Some(SigHandler::SigAction(handler)) => handler(number, information, context),
        Some(SigHandler::Handler(handler)) => handler(number),
        Some(SigHandler::SigIgn) if is_sent => {}
        _ => die_of(signal, is_sent),
    }
}
// ANCHOR_END: on_fault

fn earlier(signal: Signal) -> Option<SigHandler> {
    let index = SIGNALS.into_iter().position(|other| other == signal)?;
    // The thread that is installing the handlers may not have noted it yet.
    patiently(|| EARLIER[index].get()).map(SigAction::handler)
}

/// Sees to it that the process dies of the signal once the handler has returned.
fn die_of(signal: Signal, is_sent: bool) {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: no function of ours is called for it.
    let reset = unsafe { sigaction(signal, &default) };
    // The instruction is executed again, and fails again. But a trap does not, as the
    // program goes on behind it; and nobody sends a signal again.
    if reset.is_err() || is_sent || signal == Signal::SIGTRAP {
        let _ = raise(signal);
    }
}
