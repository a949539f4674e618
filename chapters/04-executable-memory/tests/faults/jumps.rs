//! Jumps to where there is no code.

use ch02_stencils::{CodeAddress, CodeOffset};
use ch04_executable_memory::Strategy;

use super::death::{alike, death, deaths};
use super::made::{self, BOTH, CALL, RETURN};

#[test]
fn a_jump_into_a_guard_page_is_told() {
    let deaths = deaths("jumps::a_jump_into_a_guard_page_is_told", BOTH, |strategy| {
        let arena = made::watched(strategy);
        let code = made::publish(&arena, "f", &RETURN, 0);
        // The first code lies where the region's first guard page ends.
        made::jump(CodeAddress(code.address(CodeOffset(0)).0 - 1));
    });
    insta::assert_snapshot!(alike(deaths), @r"
    fatal: SIGSEGV: jump to ADDRESS, a guard page of the arena
      from where is not known
    dead of SIGSEGV
    ");
}

#[test]
fn a_jump_to_code_that_was_freed_is_told() {
    let test = "jumps::a_jump_to_code_that_was_freed_is_told";
    let [dual, flips] = deaths(test, BOTH, |strategy| {
        let arena = made::watched(strategy);
        made::jump(made::free(made::publish(&arena, "f", &RETURN, 0)));
    });
    insta::assert_snapshot!(dual, @r"
    fatal: SIGTRAP: jump to ADDRESS, room in which there is no code: it was freed, or never published
      from where is not known
    dead of SIGTRAP
    ");
    insta::assert_snapshot!(flips, @r"
    fatal: SIGSEGV: jump to ADDRESS, room in which there is no code: it was freed, or never published
      from where is not known
    dead of SIGSEGV
    ");
}

#[test]
fn compiled_code_that_calls_what_was_freed_is_told() {
    let test = "jumps::compiled_code_that_calls_what_was_freed_is_told";
    let [dual, flips] = deaths(test, BOTH, |strategy| {
        let arena = made::watched(strategy);
        let code = made::publish(&arena, "f", &RETURN, 0);
        let caller = made::publish(&arena, "caller", &CALL, 4);
        made::call_with(&caller, made::free(code));
    });
    insta::assert_snapshot!(dual, @r"
    fatal: SIGTRAP: jump to ADDRESS, room in which there is no code: it was freed, or never published
      perhaps called from ADDRESS: caller, instruction 1 + 0x1
    dead of SIGTRAP
    ");
    insta::assert_snapshot!(flips, @r"
    fatal: SIGSEGV: jump to ADDRESS, room in which there is no code: it was freed, or never published
      perhaps called from ADDRESS: caller, instruction 1 + 0x1
    dead of SIGSEGV
    ");
}

#[test]
fn compiled_code_that_calls_nothing_is_told() {
    let death = death("jumps::compiled_code_that_calls_nothing_is_told", || {
        let arena = made::watched(Strategy::default());
        made::call_with(&made::publish(&arena, "caller", &CALL, 4), CodeAddress(0));
    });
    insta::assert_snapshot!(death, @r"
    fatal: SIGSEGV: jump to 0x0, where nothing can be executed
      perhaps called from ADDRESS: caller, instruction 1 + 0x1
    dead of SIGSEGV
    ");
}

#[test]
fn a_jump_to_nothing_that_is_not_the_arenas_is_not_told() {
    let death = death("jumps::a_jump_to_nothing_that_is_not_the_arenas_is_not_told", || {
        let _arena = made::watched(Strategy::default());
        made::jump(CodeAddress(16));
    });
    insta::assert_snapshot!(death, @"dead of SIGSEGV");
}

#[test]
fn a_jump_to_cells_is_told() {
    let death = death("jumps::a_jump_to_cells_is_told", || {
        let arena = made::watched(Strategy::default());
        let cells = arena.cells(1).expect("there is memory");
        made::jump(CodeAddress(cells.words().as_ptr() as u64));
    });
    insta::assert_snapshot!(death, @r"
    fatal: SIGSEGV: jump to ADDRESS, room for the arena's cells
      from where is not known
    dead of SIGSEGV
    ");
}
