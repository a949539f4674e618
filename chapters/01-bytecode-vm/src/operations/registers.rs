//! The virtual machine's registers, and all accesses of its operations to memory.
//!
//! The methods check nothing in a release build. That an instruction finds its
//! operands, and finds room for its results, was proven by the verifier for
//! every program that a [`Vm`] can hold, given that each operation pops and
//! pushes as the opcode table says. In a debug build [`Registers::check`] holds
//! the stack depth against the verifier's before every instruction; a test runs
//! all programs of the corpus that way.
#![expect(
    unsafe_code,
    reason = "accesses the frame without bounds checks, which the verifier made"
)]

use std::ptr;
use std::slice;

use crate::code::InstructionIndex;
use crate::opcode::Instruction;
use crate::value::{FunctionId, RangeState, Value};
use crate::vm::{Frame, Function, Vm};

/// The running frame, in pieces, which the interpreter wants the processor to
/// keep in registers. (Compiled code of this chapter keeps them in memory.)
///
/// Invariant: between two instructions these describe the frame `vm.frame`, and
/// `stack_top` is one past the operands that the verifier counted. Compiled code
/// knows by itself which instruction is next, and brings `next` up to date only
/// for operations that use it.
///
/// What is not inlined takes a copy: a reference would force them into memory.
// ANCHOR: registers
#[derive(Clone, Copy)]
pub(crate) struct Registers {
    /// The instruction to go on with.
    next: *const Instruction,
    /// One past the topmost operand.
    stack_top: *mut Value,
    /// The frame's first slot.
    slots: *mut Value,
    /// The first instruction and the first constant of its function.
    instructions: *const Instruction,
    constants: *const Value,
}
// ANCHOR_END: registers

impl Registers {
    /// Takes the running frame over, from its canonical state.
    ///
    /// # Safety
    /// The registers must be used no longer than the VM lives, and only as the
    /// instructions of the program want, in the order in which they follow each
    /// other: each method call is one that the verifier accounted for, by its
    /// operand ranges and stack depths.
    pub(crate) unsafe fn load(vm: &Vm<'_>) -> Registers {
        // SAFETY: the running frame is a frame of this VM, whose function, slots
        // and code live as long as the VM.
        unsafe {
            let frame = &*vm.frame;
            let function = &*frame.function;
            let depth = vm.program().code(vm.running_code()).depths[frame.instruction.0 as usize];
            Registers {
                next: function.instructions.add(frame.instruction.0 as usize),
                stack_top: frame.slots.add((function.stack_base + depth) as usize),
                slots: frame.slots,
                instructions: function.instructions,
                constants: function.constants,
            }
        }
    }

    /// Puts the frame into its canonical state, about to execute the next instruction.
    pub(crate) fn save_next(self, vm: &Vm<'_>) {
        // SAFETY: the running frame is a frame of this VM.
        unsafe { (*vm.frame).instruction = self.next_index() }
    }

    /// Notes in the frame which instruction has failed: the last one that was fetched.
    pub(crate) fn save_failed(self, vm: &Vm<'_>) {
        // SAFETY: the running frame is a frame of this VM.
        unsafe { (*vm.frame).instruction = InstructionIndex(self.next_index().0 - 1) }
    }

    /// The index of the next instruction.
    #[inline(always)]
    pub(crate) fn next_index(self) -> InstructionIndex {
        // SAFETY: `next` points into the instructions of the running frame's function.
        let index = unsafe { self.next.offset_from(self.instructions) };
        InstructionIndex(index as u32)
    }

    /// Holds the operand stack against what the verifier says of it before `i`,
    /// in debug builds.
    #[inline(always)]
    pub(crate) fn check(self, vm: &Vm<'_>, i: &Instruction) {
        if cfg!(debug_assertions) {
            let code = vm.program().code(vm.running_code());
            // SAFETY: `i` is one of the running function's instructions, and
            // `stack_top` points into the frame's slots.
            let (index, height) = unsafe {
                let index = ptr::from_ref(i).offset_from(self.instructions) as usize;
                (index, self.stack_top.offset_from(self.slots) as u32)
            };
            assert_eq!(height, code.stack_base() + code.depths[index], "{} {index}", code.name);
        }
    }

    /// The next instruction, of which the interpreter loads no more than it needs.
    #[inline(always)]
    pub(crate) fn fetch<'a>(&mut self) -> &'a Instruction {
        // SAFETY: control does not run off the end of verified code, which lives
        // as long as the VM.
        unsafe {
            let instruction = &*self.next;
            self.next = self.next.add(1);
            instruction
        }
    }

    /// Makes the instruction behind `i`, which is one of the running function's,
    /// the next one. For compiled code, which counts with `next` and never reads
    /// through it.
    #[cfg_attr(
        not(all(target_arch = "x86_64", target_os = "linux")),
        expect(dead_code, reason = "there is no compiled code here")
    )]
    #[inline(always)]
    pub(crate) fn go_past(&mut self, i: &Instruction) {
        self.next = ptr::from_ref(i).wrapping_add(1);
    }

    #[inline(always)]
    pub(crate) fn jump(&mut self, target: u32) {
        // SAFETY: the targets of verified code are instructions of it.
        unsafe { self.next = self.instructions.add(target as usize) }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, value: Value) {
        // SAFETY: a frame has a slot for every operand that the verifier counted.
        unsafe {
            *self.stack_top = value;
            self.stack_top = self.stack_top.add(1);
        }
    }

    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Value {
        // SAFETY: verified code takes no more operands than there are.
        unsafe {
            self.stack_top = self.stack_top.sub(1);
            *self.stack_top
        }
    }

    /// The `depth`th operand from the top, counted from 1.
    #[inline(always)]
    pub(crate) fn peek(&self, depth: u32) -> Value {
        // SAFETY: as in `pop`.
        unsafe { *self.stack_top.sub(depth as usize) }
    }

    /// Exchanges the top and the `depth`th operand from it.
    #[inline(always)]
    pub(crate) fn swap(&mut self, depth: u32) {
        // SAFETY: as in `pop`.
        unsafe { ptr::swap(self.stack_top.sub(1), self.stack_top.sub(depth as usize)) }
    }

    #[inline(always)]
    pub(crate) fn drop(&mut self, count: u32) {
        // SAFETY: as in `pop`.
        unsafe { self.stack_top = self.stack_top.sub(count as usize) }
    }

    /// Replaces the `count` topmost operands, one at least, by a value.
    #[inline(always)]
    pub(crate) fn replace(&mut self, count: u32, value: Value) {
        // SAFETY: as in `pop`; what is pushed takes the place of what was there.
        unsafe {
            self.stack_top = self.stack_top.sub(count as usize - 1);
            *self.stack_top.sub(1) = value;
        }
    }

    /// The `count` topmost operands, the last one on top.
    #[inline(always)]
    pub(crate) fn arguments(&self, count: u32) -> &[Value] {
        // SAFETY: there are as many operands, and runtime functions, which get
        // this, do not write to the operand stack.
        unsafe { slice::from_raw_parts(self.stack_top.sub(count as usize), count as usize) }
    }

    #[inline(always)]
    pub(crate) fn constant(&self, index: u32) -> Value {
        // SAFETY: constants are in range in verified code.
        unsafe { *self.constants.add(index as usize) }
    }

    #[inline(always)]
    pub(crate) fn slot(&self, slot: u32) -> Value {
        // SAFETY: slots are in range in verified code.
        unsafe { *self.slots.add(slot as usize) }
    }

    #[inline(always)]
    pub(crate) fn set_slot(&mut self, slot: u32, value: Value) {
        // SAFETY: as in `slot`.
        unsafe { *self.slots.add(slot as usize) = value }
    }

    #[inline(always)]
    pub(crate) fn range(&self, slot: u16) -> RangeState {
        let slot = u32::from(slot);
        let (next, step) = (self.slot(slot), self.slot(slot + 1));
        RangeState { next, step, remaining: self.slot(slot + 2) }
    }

    #[inline(always)]
    pub(crate) fn set_range(&mut self, slot: u16, state: RangeState) {
        let slot = u32::from(slot);
        self.set_slot(slot, state.next);
        self.set_slot(slot + 1, state.step);
        self.set_slot(slot + 2, state.remaining);
    }

    #[inline(always)]
    pub(crate) fn variable(&self, vm: &Vm<'_>, name: u32) -> Value {
        // SAFETY: names are in range in verified code.
        unsafe { *vm.variables.add(name as usize) }
    }

    #[inline(always)]
    pub(crate) fn set_variable(&mut self, vm: &mut Vm<'_>, name: u32, value: Value) {
        // SAFETY: as in `variable`.
        unsafe { *vm.variables.add(name as usize) = value }
    }

    /// Enters a function whose `count` arguments are on top of the stack, where
    /// they become its first local variables. False: there is no frame left.
    #[inline(always)]
    pub(crate) fn enter(&mut self, vm: &mut Vm<'_>, id: FunctionId, count: u32) -> bool {
        let call = InstructionIndex(self.next_index().0 - 1);
        let function: *const Function = vm.function(id);
        // SAFETY: frames up to `frames_end` can be written. The callee's slots
        // overlap only the caller's arguments; the stack has room for
        // `MAX_FRAMES` of the largest frames.
        unsafe {
            // ANCHOR: enter
            let callee = vm.frame.add(1);
            if callee == vm.frames_end {
                return false;
            }
            (*vm.frame).instruction = call;
            (*vm.frame).return_address = ptr::null();
            self.slots = self.stack_top.sub(count as usize);
            callee.write(Frame {
                slots: self.slots,
                function,
                instruction: InstructionIndex(0),
                return_address: ptr::null(),
                engine: ptr::null_mut(),
            });
            vm.frame = callee;
            for slot in count..(*function).locals {
                *self.slots.add(slot as usize) = Value::NULL;
            }
            self.stack_top = self.slots.add((*function).stack_base as usize);
            self.instructions = (*function).instructions;
            self.next = self.instructions;
            self.constants = (*function).constants;
            // ANCHOR_END: enter
        }
        true
    }

    /// Returns to the caller, on whose stack the result replaces callable, NULL
    /// and arguments. True: it was the module that returned.
    #[inline(always)]
    pub(crate) fn leave(&mut self, vm: &mut Vm<'_>, result: Value) -> bool {
        // SAFETY: below a callee's first slot lie NULL and the callable (below
        // the module's, two spare slots); below its frame lies its caller's.
        unsafe {
            // ANCHOR: leave
            *self.slots.sub(2) = result;
            if vm.frame == vm.module_frame() {
                return true;
            }
            vm.frame = vm.frame.sub(1);
            let function = &*(*vm.frame).function;
            self.stack_top = self.slots.sub(1);
            self.slots = (*vm.frame).slots;
            self.instructions = function.instructions;
            self.next = self.instructions.add((*vm.frame).instruction.0 as usize + 1);
            self.constants = function.constants;
            // ANCHOR_END: leave
        }
        false
    }
}
