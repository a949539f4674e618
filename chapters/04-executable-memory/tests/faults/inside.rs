//! Instructions of compiled code that fail.

use std::sync::{Arc, mpsc};
use std::thread;

use ch02_stencils::{CodeAddress, CodeOffset};
use ch04_executable_memory::fault::AlternateStack;
use ch04_executable_memory::{Describe, Observer, Strategy};
use nix::sys::signal::Signal;

use super::death::{Death, alike, death, deaths};
use super::made::{self, BOTH, READ_0, RETURN};

/// What becomes of a process that calls this code.
fn death_by(test: &str, code: &[u8], second: usize) -> Death {
    death(test, || {
        let arena = made::watched(Strategy::default());
        made::call(&made::publish(&arena, "f", code, second));
    })
}

#[test]
fn a_read_of_nothing_is_told_with_function_and_instruction() {
    let test = "inside::a_read_of_nothing_is_told_with_function_and_instruction";
    let deaths = deaths(test, BOTH, |strategy| {
        let arena = made::watched(strategy);
        let _other = made::publish(&arena, "other", &READ_0, 0);
        made::call(&made::publish(&arena, "f", &READ_0, 2));
    });
    insta::assert_snapshot!(alike(deaths), @r"
    fatal: SIGSEGV in compiled code: read of 0x0
      at ADDRESS: f, instruction 1 + 0x0
    dead of SIGSEGV
    ");
}

#[test]
fn a_division_by_zero_is_told() {
    // xor ecx, ecx; mov eax, 1; cdq; idiv ecx; ret
    let code = [0x31, 0xc9, 0xb8, 0x01, 0x00, 0x00, 0x00, 0x99, 0xf7, 0xf9, 0xc3];
    insta::assert_snapshot!(death_by("inside::a_division_by_zero_is_told", &code, 8), @r"
    fatal: SIGFPE in compiled code: division by zero, or a quotient too large
      at ADDRESS: f, instruction 1 + 0x0
    dead of SIGFPE
    ");
}

#[test]
fn a_trap_in_code_is_told_where_it_stands_and_kills() {
    // nop; int3; ret
    let test = "inside::a_trap_in_code_is_told_where_it_stands_and_kills";
    insta::assert_snapshot!(death_by(test, &[0x90, 0xcc, 0xc3], 1), @r"
    fatal: SIGTRAP in compiled code: a trap
      at ADDRESS: f, instruction 1 + 0x0
    dead of SIGTRAP
    ");
}

#[test]
fn what_is_no_instruction_is_told() {
    // nop; ud2
    let test = "inside::what_is_no_instruction_is_told";
    insta::assert_snapshot!(death_by(test, &[0x90, 0x0f, 0x0b], 1), @r"
    fatal: SIGILL in compiled code: no instruction of this processor
      at ADDRESS: f, instruction 1 + 0x0
    dead of SIGILL
    ");
}

#[test]
fn an_address_that_cannot_be_is_told_as_such() {
    // mov rax, 1 << 63; mov eax, [rax]; ret
    let code = [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x8b, 0x00, 0xc3];
    let test = "inside::an_address_that_cannot_be_is_told_as_such";
    insta::assert_snapshot!(death_by(test, &code, 10), @r"
    fatal: SIGSEGV in compiled code: an impossible address, or a privileged instruction
      at ADDRESS: f, instruction 1 + 0x0
    dead of SIGSEGV
    ");
}

#[test]
fn code_that_writes_to_code_is_told_which() {
    // mov byte ptr [rdi], 0; ret
    let code = [0xc6, 0x07, 0x00, 0xc3];
    let deaths = deaths("inside::code_that_writes_to_code_is_told_which", BOTH, |strategy| {
        let arena = made::watched(strategy);
        let target = made::publish(&arena, "target", &READ_0, 2);
        let code = made::publish(&arena, "f", &code, 3);
        made::call_with(&code, target.address(CodeOffset(3)));
    });
    insta::assert_snapshot!(alike(deaths), @r"
    fatal: SIGSEGV in compiled code: write to ADDRESS
      at ADDRESS: f, instruction 0 + 0x0
      ADDRESS is published code: target, instruction 1 + 0x1
    dead of SIGSEGV
    ");
}

#[test]
fn code_that_runs_out_of_stack_is_told_before_rust_says_what_it_says() {
    // push rax; jmp to the push
    let code = [0x50, 0xeb, 0xfd];
    let test = "inside::code_that_runs_out_of_stack_is_told_before_rust_says_what_it_says";
    let death = death(test, || {
        let _stack = AlternateStack::install().expect("there is memory");
        let arena = made::watched(Strategy::default());
        made::call(&made::publish(&arena, "f", &code, 1));
    });
    let (report, rest) = death.words.split_at(death.words.match_indices('\n').nth(1).unwrap().0);
    insta::assert_snapshot!(report, @r"
    fatal: SIGSEGV in compiled code: write to ADDRESS
      at ADDRESS: f, instruction 0 + 0x0
    ");
    assert!(rest.contains("has overflowed its stack"), "{rest}");
    assert_eq!(death.signal(), Some(Signal::SIGABRT));
}

/// Stays at the books for ever when code is freed.
#[derive(Debug)]
struct Slow(mpsc::Sender<()>);

impl Observer for Slow {
    fn published(&self, _: CodeAddress, _: &[u8], _: &dyn Describe) {}

    fn freed(&self, _: CodeAddress, _: usize) {
        self.0.send(()).expect("somebody waits for this");
        loop {
            thread::park();
        }
    }
}

#[test]
fn while_somebody_stays_at_the_books_names_are_missing() {
    let test = "inside::while_somebody_stays_at_the_books_names_are_missing";
    let death = death(test, || {
        let (at_the_books, is_there) = mpsc::channel();
        let arena = made::watched_by(Arc::new(Slow(at_the_books)));
        let (code, other) =
            (made::publish(&arena, "f", &READ_0, 2), made::publish(&arena, "g", &RETURN, 1));
        thread::spawn(move || made::free(other));
        is_there.recv().expect("it is sent");
        made::call(&code);
    });
    insta::assert_snapshot!(death, @r"
    fatal: SIGSEGV at ADDRESS: read of 0x0
      whether that is compiled code cannot be told: another thread is at the arena's books
    dead of SIGSEGV
    ");
}

#[test]
fn each_of_two_arenas_knows_its_own_code() {
    let test = "inside::each_of_two_arenas_knows_its_own_code";
    let [first, second] = deaths(test, [0, 1], |which| {
        let arenas = BOTH.map(made::watched);
        let codes = [0, 1].map(|it| made::publish(&arenas[it], ["f", "g"][it], &READ_0, it * 2));
        made::call(&codes[which]);
    });
    assert!(first.words.contains("f, instruction 1 + 0x2"), "{first}");
    assert!(second.words.contains("g, instruction 1 + 0x0"), "{second}");
}
