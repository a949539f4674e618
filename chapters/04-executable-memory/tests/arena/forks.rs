//! Processes that are forked off: they get no code of their parent's, and say so. Each
//! test is a process of its own, as only the thread that forks lives on in the child.
#![expect(unsafe_code, reason = "forks")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use ch04_executable_memory::{ArenaError, Strategy};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

use crate::alone::in_a_process_of_its_own;
use crate::numbered::{SHORTEST, arena, publish};

/// How a child ends that does this: with 0, if it comes to its end.
fn forked(body: impl FnOnce()) -> WaitStatus {
    // SAFETY: no other thread has a lock that the child would want.
    match unsafe { fork() }.expect("there may be another process") {
        ForkResult::Parent { child } => waitpid(child, None).expect("it ends"),
        ForkResult::Child => {
            let status = i32::from(catch_unwind(AssertUnwindSafe(body)).is_err());
            // SAFETY: nothing that the parent has is flushed or freed twice.
            unsafe { libc::_exit(status) }
        }
    }
}

fn ended_well(status: WaitStatus) -> bool {
    matches!(status, WaitStatus::Exited(_, 0))
}

#[test]
fn a_forked_process_can_write_no_code_and_changes_none_of_its_parents() {
    let test = "forks::a_forked_process_can_write_no_code_and_changes_none_of_its_parents";
    in_a_process_of_its_own(test, || {
        let arena = arena(Strategy::DualMapping);
        let function = publish(&arena, 7, SHORTEST).unwrap();
        let mut batch = arena.batch();
        let draft = batch.draft(100, 16).unwrap();
        let status = forked(|| {
            drop(draft);
            assert!(matches!(arena.batch().draft(100, 16), Err(ArenaError::Forked)));
            assert!(matches!(arena.cells(1), Err(ArenaError::Forked)));
            assert!(matches!(arena.trim(), Err(ArenaError::Forked)));
            let (_function, error) = function.free().expect_err("it is the parent's");
            assert!(error.to_string().contains("forked off"), "{error}");
            drop(arena.clone());
        });
        assert!(ended_well(status), "{status:?}");
    });
}

#[test]
fn a_forked_process_that_executes_its_parents_code_dies() {
    let test = "forks::a_forked_process_that_executes_its_parents_code_dies";
    in_a_process_of_its_own(test, || {
        let function = publish(&arena(Strategy::DualMapping), 7, SHORTEST).unwrap();
        let status = forked(|| {
            function.call();
        });
        assert!(matches!(status, WaitStatus::Signaled(_, Signal::SIGSEGV, _)), "{status:?}");
        assert_eq!(function.call(), 7, "in the parent it is as it was");
    });
}

#[test]
fn with_flips_a_forked_process_has_code_of_its_own() {
    let test = "forks::with_flips_a_forked_process_has_code_of_its_own";
    in_a_process_of_its_own(test, || {
        let arena = arena(Strategy::Flips);
        let function = publish(&arena, 7, SHORTEST).unwrap();
        let status = forked(|| {
            assert_eq!(function.call(), 7);
            assert_eq!(publish(&arena, 8, SHORTEST).unwrap().call(), 8);
        });
        assert!(ended_well(status), "{status:?}");
        assert_eq!(function.call(), 7);
    });
}

#[test]
fn a_forked_process_can_have_an_arena_of_its_own() {
    let test = "forks::a_forked_process_can_have_an_arena_of_its_own";
    in_a_process_of_its_own(test, || {
        let _parents = publish(&arena(Strategy::DualMapping), 7, SHORTEST).unwrap();
        let status = forked(|| {
            let function = publish(&arena(Strategy::DualMapping), 8, SHORTEST).unwrap();
            assert_eq!(function.call(), 8);
        });
        assert!(ended_well(status), "{status:?}");
    });
}
