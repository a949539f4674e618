//! Ctrl-C: while a program runs, SIGINT asks its VM for attention, and a write
//! that is waiting for a reader gives up.
#![expect(unsafe_code, reason = "asks the C library for what no safe wrapper offers")]

use signal_hook::SigId;
use signal_hook::consts::SIGINT;

use crate::vm::Vm;

/// Catches SIGINT for a VM for as long as it lives. Where signals cannot be
/// caught, Ctrl-C ends the process at once.
pub(crate) struct InterruptGuard(Option<SigId>);

impl InterruptGuard {
    pub(crate) fn new(vm: &Vm<'_>) -> InterruptGuard {
        let word = Vm::interrupt_word();
        let registered = signal_hook::flag::register_usize(SIGINT, vm.poll_cell(), word).ok();
        if registered.is_some() {
            let_writes_be_interrupted();
        }
        InterruptGuard(registered)
    }
}

impl Drop for InterruptGuard {
    fn drop(&mut self) {
        if let Some(signal) = self.0 {
            signal_hook::low_level::unregister(signal);
        }
    }
}

/// Takes `SA_RESTART` from the handler of SIGINT, with which the kernel would
/// start a write again that the signal has interrupted.
#[cfg(unix)]
fn let_writes_be_interrupted() {
    // SAFETY: both calls get a valid pointer; of the action that is in force
    // only a flag is changed, of which the handler does not take notice.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(SIGINT, std::ptr::null(), &raw mut action) == 0 {
            action.sa_flags &= !libc::SA_RESTART;
            libc::sigaction(SIGINT, &raw const action, std::ptr::null_mut());
        }
    }
}

#[cfg(not(unix))]
fn let_writes_be_interrupted() {}
