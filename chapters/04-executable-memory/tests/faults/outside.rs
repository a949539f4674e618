//! Faults of code that is not the arena's.
#![expect(unsafe_code, reason = "executes an instruction that traps")]

use std::hint::black_box;

use ch02_stencils::CodeOffset;
use ch04_executable_memory::Strategy;
use ch04_executable_memory::fault;
use nix::sys::signal::{Signal, raise};

use super::death::{alike, death, deaths};
use super::made::{self, BOTH, READ_0, RETURN};

#[test]
fn a_write_to_published_code_is_told() {
    let deaths = deaths("outside::a_write_to_published_code_is_told", BOTH, |strategy| {
        let arena = made::watched(strategy);
        let code = made::publish(&arena, "f", &READ_0, 2);
        made::write_to(code.address(CodeOffset(3)).0);
    });
    insta::assert_snapshot!(alike(deaths), @r"
    fatal: SIGSEGV: write to ADDRESS, by code outside the arena, at ADDRESS
      ADDRESS is published code: f, instruction 1 + 0x1
    dead of SIGSEGV
    ");
}

#[test]
fn a_write_to_a_guard_page_is_told() {
    let death = death("outside::a_write_to_a_guard_page_is_told", || {
        let arena = made::watched(Strategy::default());
        let code = made::publish(&arena, "f", &RETURN, 0);
        made::write_to(code.address(CodeOffset(0)).0 - 1);
    });
    insta::assert_snapshot!(death, @r"
    fatal: SIGSEGV: write to ADDRESS, by code outside the arena, at ADDRESS
      ADDRESS is a guard page of the arena
    dead of SIGSEGV
    ");
}

#[test]
fn a_write_to_nothing_is_not_told() {
    let death = death("outside::a_write_to_nothing_is_not_told", || {
        let arena = made::watched(Strategy::default());
        let _code = made::publish(&arena, "f", &RETURN, 0);
        made::write_to(16);
    });
    insta::assert_snapshot!(death, @"dead of SIGSEGV");
}

#[test]
fn a_trap_is_not_told_and_kills() {
    let death = death("outside::a_trap_is_not_told_and_kills", || {
        let _arena = made::watched(Strategy::default());
        // SAFETY: it traps.
        unsafe { std::arch::asm!("int3") };
    });
    insta::assert_snapshot!(death, @"dead of SIGTRAP");
}

#[test]
fn a_signal_that_was_sent_is_not_told_and_kills() {
    let death = death("outside::a_signal_that_was_sent_is_not_told_and_kills", || {
        let _arena = made::watched(Strategy::default());
        raise(Signal::SIGFPE).expect("it can be sent");
    });
    insta::assert_snapshot!(death, @"dead of SIGFPE");
}

#[test]
fn a_signal_that_is_sent_while_code_runs_is_no_fault_of_the_code() {
    // mov eax, SYS_gettid; syscall; mov edi, eax; mov esi, SIGFPE; mov eax, SYS_tkill;
    // syscall; ret
    let code = [
        0xb8, 0xba, 0, 0, 0, 0x0f, 0x05, 0x89, 0xc7, 0xbe, 0x08, 0, 0, 0, 0xb8, 0xc8, 0, 0, 0,
        0x0f, 0x05, 0xc3,
    ];
    let test = "outside::a_signal_that_is_sent_while_code_runs_is_no_fault_of_the_code";
    let death = death(test, || {
        let arena = made::watched(Strategy::default());
        made::call(&made::publish(&arena, "f", &code, 7));
    });
    insta::assert_snapshot!(death, @"dead of SIGFPE");
}

#[test]
fn rust_still_says_when_it_has_overflowed_its_stack() {
    fn recurse(depth: u64) -> u64 {
        if depth == 0 { 0 } else { black_box(recurse(black_box(depth) - 1)) + 1 }
    }
    let death = death("outside::rust_still_says_when_it_has_overflowed_its_stack", || {
        let _arena = made::watched(Strategy::default());
        black_box(recurse(u64::MAX));
    });
    assert!(death.words.contains("has overflowed its stack"), "{death}");
    assert!(!death.words.contains("fatal: SIG"), "{death}");
    assert_eq!(death.signal(), Some(Signal::SIGABRT));
}

#[test]
fn an_arena_that_is_no_longer_watched_is_not_told() {
    let death = death("outside::an_arena_that_is_no_longer_watched_is_not_told", || {
        let arena = made::arena(Strategy::default());
        drop(fault::report(&arena).expect("handlers can be installed"));
        made::call(&made::publish(&arena, "f", &READ_0, 2));
    });
    insta::assert_snapshot!(death, @"dead of SIGSEGV");
}

#[test]
fn an_arena_that_is_watched_twice_is_watched_until_both_have_ended() {
    let arena = made::arena(Strategy::default());
    let test = "outside::an_arena_that_is_watched_twice_is_watched_until_both_have_ended";
    let death = death(test, || {
        let _first = fault::report(&arena).expect("handlers can be installed");
        drop(fault::report(&arena).expect("handlers can be installed"));
        made::call(&made::publish(&arena, "f", &READ_0, 2));
    });
    assert!(death.words.starts_with("fatal: SIGSEGV in compiled code"), "{death}");
}
