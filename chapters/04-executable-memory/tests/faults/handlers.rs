//! Handlers that were there before.
#![expect(unsafe_code, reason = "installs handlers")]

use std::io::Write;

use ch04_executable_memory::Strategy;
use libc::{c_int, c_void, siginfo_t};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, raise, sigaction};

use super::death::{Death, death};
use super::made::{self, READ_0, RETURN};

/// What becomes of a process that has such a handler, and then plays the scene.
fn death_with(test: &str, signal: Signal, handler: SigHandler, scene: impl Fn()) -> Death {
    death(test, || {
        let flags = match handler {
            SigHandler::SigAction(_) => SaFlags::SA_SIGINFO,
            _ => SaFlags::empty(),
        };
        let action = SigAction::new(handler, flags, SigSet::empty());
        // SAFETY: the handlers of these tests write to a file, exit, or change a register.
        unsafe { sigaction(signal, &action) }.expect("it can be installed");
        scene();
        eprintln!("the program goes on");
    })
}

fn read_0() {
    let arena = made::watched(Strategy::default());
    made::call(&made::publish(&arena, "f", &READ_0, 2));
}

extern "C" fn exit(signal: c_int) {
    let _ = writeln!(std::io::stderr(), "the earlier handler, for {signal}");
    // SAFETY: this ends the process.
    unsafe { libc::_exit(7) }
}

#[test]
fn an_earlier_handler_gets_its_turn() {
    let test = "handlers::an_earlier_handler_gets_its_turn";
    let death = death_with(test, Signal::SIGSEGV, SigHandler::Handler(exit), read_0);
    insta::assert_snapshot!(death.words, @r"
    fatal: SIGSEGV in compiled code: read of 0x0
      at ADDRESS: f, instruction 1 + 0x0
    the earlier handler, for 11
    ");
    assert_eq!(death.exit_code(), Some(7));
}

/// Goes on two bytes behind the instruction that failed.
extern "C" fn skip(_: c_int, _: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel passes this to handlers that ask for it.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    context.uc_mcontext.gregs[libc::REG_RIP as usize] += 2;
}

#[test]
fn an_earlier_handler_can_repair_a_fault_and_later_ones_are_still_told() {
    let test = "handlers::an_earlier_handler_can_repair_a_fault_and_later_ones_are_still_told";
    let death = death_with(test, Signal::SIGSEGV, SigHandler::SigAction(skip), || {
        read_0();
        read_0();
    });
    insta::assert_snapshot!(death, @r"
    fatal: SIGSEGV in compiled code: read of 0x0
      at ADDRESS: f, instruction 1 + 0x0
    fatal: SIGSEGV in compiled code: read of 0x0
      at ADDRESS: f, instruction 1 + 0x0
    the program goes on
    exit status: 0
    ");
}

#[test]
fn a_fault_cannot_be_ignored() {
    let test = "handlers::a_fault_cannot_be_ignored";
    let death = death_with(test, Signal::SIGSEGV, SigHandler::SigIgn, read_0);
    insta::assert_snapshot!(death, @r"
    fatal: SIGSEGV in compiled code: read of 0x0
      at ADDRESS: f, instruction 1 + 0x0
    dead of SIGSEGV
    ");
}

#[test]
fn a_signal_that_was_sent_can_be_ignored_as_before() {
    let test = "handlers::a_signal_that_was_sent_can_be_ignored_as_before";
    let death = death_with(test, Signal::SIGFPE, SigHandler::SigIgn, || {
        let arena = made::watched(Strategy::default());
        let _code = made::publish(&arena, "f", &RETURN, 0);
        raise(Signal::SIGFPE).expect("it can be sent");
    });
    insta::assert_snapshot!(death, @r"
    the program goes on
    exit status: 0
    ");
}
