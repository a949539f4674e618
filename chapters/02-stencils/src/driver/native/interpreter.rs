//! The same-C interpreter: one copy of each function, and a table of them by
//! opcode. Chapter 2 of the book, "Copy, patch, run, again".
#![expect(unsafe_code, reason = "calls the machine code that it has loaded")]

use ch01_bytecode_vm::{
    BinaryOperator, Comparison, Engine, Exit, Frame, Instruction, JitError, Opcode, Value, Vm,
};

use super::entry::{Registers, leave};
use super::runtime;
use crate::driver::abi::{BINARY_OP_VARIANTS, COMPARE_OP_VARIANTS};
use crate::driver::objects::Build;
use crate::driver::operations::OperationTable;
use crate::driver::stencils::Stencils;
use crate::driver::symbol::Symbol;
use crate::mechanism::{Code, CodeAddress, CodeBuffer, CodeOffset, Target};

/// Functions begin at multiples of this many bytes, as processors like it.
const ALIGNMENT: usize = 16;

/// The engine that executes bytecode with the C of the stencils. It compiles
/// nothing, so that one of these can run any program.
#[derive(Debug)]
pub struct InterpreterC {
    code: Code,
    enter: CodeOffset,
    /// The function of each opcode, then those of the operands of `BINARY_OP`
    /// and of `COMPARE_OP`.
    dispatch: Vec<CodeAddress>,
}

impl InterpreterC {
    /// Loads each function once.
    ///
    /// # Errors
    /// When the system gives no memory, or does not let it be executed.
    ///
    /// # Panics
    /// When the stencils are not those of an interpreter.
    pub fn new(stencils: &Stencils) -> Result<InterpreterC, JitError> {
        assert_eq!(stencils.build(), Build::Interpreter, "a JIT's stencils are full of holes");
        let library = stencils.library();
        let mut size = 0;
        let mut places = Vec::new();
        for (_, stencil) in library.iter() {
            places.push(CodeOffset(size));
            size = (size + stencil.code.len()).next_multiple_of(ALIGNMENT);
        }

        let no_memory = |reason| JitError::Memory { bytes: size, reason };
        let mut buffer = CodeBuffer::new(size).map_err(no_memory)?;
        // ANCHOR: load
        let addresses: Vec<_> = places.iter().map(|&place| buffer.address(place)).collect();
        for ((_, stencil), &place) in library.iter().zip(&places) {
            buffer.place(stencil, place, |target| match target {
                Target::Stencil(id) => addresses[id.0 as usize].0,
                Target::Symbol(kind) => runtime_address(Symbol::of(kind)),
            });
        }
        let code = buffer.publish().map_err(no_memory)?;
        // ANCHOR_END: load
        let enter = places[stencils.enter().0 as usize];
        Ok(InterpreterC {
            code,
            enter,
            dispatch: dispatch_table(stencils.operations(), &addresses),
        })
    }
}

fn runtime_address(symbol: Symbol) -> u64 {
    match symbol {
        Symbol::Runtime(function) => runtime::address(function),
        other => panic!("an interpreter knows {other:?} when it runs, not before"),
    }
}

/// The table through which each function of an interpreter finds the next one.
/// `addresses` has those of all stencils, by number.
///
/// # Panics
/// When the operations are not an interpreter's, or one of them has no address.
#[must_use]
pub fn dispatch_table(operations: &OperationTable, addresses: &[CodeAddress]) -> Vec<CodeAddress> {
    let nobody = CodeAddress(no_such_operation as *const () as u64);
    let mut table = vec![nobody; COMPARE_OP_VARIANTS + Comparison::ALL.len()];
    for &opcode in Opcode::ALL {
        let stencil = operations.any_operand(opcode).expect("it has one for each opcode");
        table[opcode as usize] = addresses[stencil.0 as usize];
    }
    let mut variant = |opcode, start: usize, operand: u32| {
        let stencil = operations.stencil(&Instruction { opcode, slot: 0, operand });
        table[start + operand as usize] = addresses[stencil.0 as usize];
    };
    for operator in BinaryOperator::ALL {
        variant(Opcode::BinaryOp, BINARY_OP_VARIANTS, operator as u32);
        let in_place = operator as u32 + BinaryOperator::IN_PLACE;
        variant(Opcode::BinaryOp, BINARY_OP_VARIANTS, in_place);
    }
    for comparison in Comparison::ALL {
        variant(Opcode::CompareOp, COMPARE_OP_VARIANTS, comparison as u32);
    }
    table
}

/// Where the entries of the table lead that verified code does not use.
extern "sysv64" fn no_such_operation() -> ! {
    panic!("the verifier has seen all opcodes and operands")
}

/// `enter` in `stencils/part1/entry.c`.
type Enter = for<'vm, 'io> unsafe extern "sysv64" fn(
    &'vm mut Vm<'io>,
    *mut Frame,
    *mut Value,
    *mut Value,
    *const CodeAddress,
) -> u32;

impl Engine for InterpreterC {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        vm.assert_running();
        let Registers { frame, stack_top, slots } = Registers::of(vm);
        // SAFETY: `enter` is a C function of this type, and frame, stack and slots
        // are those of `vm`. It jumps only to code of `self.code` through
        // `self.dispatch`, and both outlive the call. That the code does with the VM
        // what verified instructions say is what whoever supplies the object vouches
        // for; the loader has compared the layout. What it calls aborts instead of
        // unwinding.
        let exit = unsafe {
            let enter: Enter = self.code.function(self.enter);
            enter(vm, frame, stack_top, slots, self.dispatch.as_ptr())
        };
        leave(vm, exit)
    }
}
