//! The routines: what compiled code calls, one for each opcode. Each is the arm
//! of [`execute`] for an opcode that is known when Rust compiles it. Chapter 1 of
//! the book, "The routines".

use super::template;
use crate::engine::Exit;
use crate::exception::Outcome;
use crate::opcode::{Instruction, Opcode};
use crate::operations::{Flow, Registers, execute};
use crate::vm::Vm;

/// Where some machine code begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct CodeAddress(pub(super) *const u8);

// ANCHOR: run
/// What compiled code works on: rbx points to it.
pub(super) struct Run<'a, 'io> {
    pub(super) vm: &'a mut Vm<'io>,
    pub(super) registers: Registers,
    /// Where the code of each instruction begins, by code object.
    pub(super) labels: &'a [Box<[CodeAddress]>],
    /// The same for the function that is running.
    pub(super) here: &'a [CodeAddress],
    /// The way out, and why it was taken.
    pub(super) leave: CodeAddress,
    pub(super) exit: Exit,
}
// ANCHOR_END: run

/// A routine, by the template that calls it. Both get the run and the
/// instruction in the ABI's first two argument registers, rdi and rsi.
#[derive(Clone, Copy)]
pub(super) enum Routine {
    /// Can neither fail nor jump.
    Falls(extern "sysv64" fn(&mut Run<'_, '_>, &Instruction)),
    /// Returns where to go on.
    Jumps(extern "sysv64" fn(&mut Run<'_, '_>, &Instruction) -> CodeAddress),
}

// ANCHOR: routines
/// Does an operation after which the next instruction follows, whatever happens.
extern "sysv64" fn falls<const OPCODE: u8>(run: &mut Run<'_, '_>, i: &Instruction) {
    let opcode = const { Opcode::ALL[OPCODE as usize] };
    run.registers.check(run.vm, i);
    let next = run.registers.next_index();
    let outcome = execute(opcode, run.vm, &mut run.registers, i);
    assert!(matches!(outcome, Ok(Flow::Next)), "{opcode} has no way to go but on");
    debug_assert_eq!(run.registers.next_index(), next, "{opcode} jumps");
}

/// Does an operation, and tells where the code goes on.
extern "sysv64" fn jumps<const OPCODE: u8>(run: &mut Run<'_, '_>, i: &Instruction) -> CodeAddress {
    let opcode = const { Opcode::ALL[OPCODE as usize] };
    run.registers.check(run.vm, i);
    run.registers.go_past(i);
    match execute(opcode, run.vm, &mut run.registers, i) {
        Ok(Flow::Next) => {
            if matches!(opcode, Opcode::Call | Opcode::ReturnValue | Opcode::ReturnConst) {
                run.here = run.labels_of_frame();
            }
            run.address()
        }
        outcome => run.leave(outcome),
    }
}
// ANCHOR_END: routines

impl<'a> Run<'a, '_> {
    /// The labels of the running frame's function.
    pub(super) fn labels_of_frame(&self) -> &'a [CodeAddress] {
        &self.labels[self.vm.running_code().0 as usize]
    }

    // ANCHOR: address
    /// Where the code of the next instruction begins.
    #[inline(always)]
    pub(super) fn address(&self) -> CodeAddress {
        self.here[self.registers.next_index().0 as usize]
    }

    /// Ends the run.
    #[cold]
    fn leave(&mut self, outcome: Outcome<Flow>) -> CodeAddress {
        self.exit = match outcome {
            Ok(Flow::HandOver) => Exit::HandedOver,
            Ok(Flow::Finished) => Exit::Finished,
            Ok(Flow::Next) => unreachable!("the next instruction has an address"),
            Err(_) => {
                self.registers.save_failed(self.vm);
                Exit::Raised
            }
        };
        self.leave
    }
    // ANCHOR_END: address
}

/// The routine of an opcode, as a `match`: `falls: PopTop;` becomes the arm
/// `Opcode::PopTop => Routine::Falls(falls::<{ Opcode::PopTop as u8 }>)`.
macro_rules! routine_of {
    ($opcode:expr; falls: $($falls:ident)*; jumps: $($jumps:ident)*;) => {
        match $opcode {
            $(Opcode::$falls => Routine::Falls(falls::<{ Opcode::$falls as u8 }>),)*
            $(Opcode::$jumps => Routine::Jumps(jumps::<{ Opcode::$jumps as u8 }>),)*
        }
    };
}

impl Routine {
    // ANCHOR: routine_of
    /// The routine of an opcode.
    #[rustfmt::skip]
    pub(super) const fn of(opcode: Opcode) -> Routine {
        routine_of! { opcode;
            falls: PopTop Copy Swap PushNull LoadConst LoadFast StoreFast StoreName StoreGlobal
                   UnaryNot ToBool MakeFunction;
            jumps: Resume LoadFastCheck LoadName LoadGlobal
                   UnaryNegative UnaryInvert CallIntrinsic1 BinaryOp CompareOp IsOp
                   JumpForward JumpBackward PopJumpIfFalse PopJumpIfTrue GetIter ForIter
                   Call ReturnValue ReturnConst;
        }
    }
    // ANCHOR_END: routine_of

    /// The template that calls it.
    pub(super) fn template(self) -> &'static [u8] {
        match self {
            Routine::Falls(_) => &template::CALL,
            Routine::Jumps(_) => &template::CALL_AND_JUMP,
        }
    }

    /// Where its code begins.
    pub(super) fn address(self) -> u64 {
        match self {
            Routine::Falls(function) => function as *const () as u64,
            Routine::Jumps(function) => function as *const () as u64,
        }
    }
}
