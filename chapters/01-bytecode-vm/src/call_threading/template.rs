//! The two templates, assembled by hand, and what they stand between. All code
//! keeps a pointer to its [`Run`](super::routine::Run) in rbx, which every
//! function that it calls gives back unchanged (System V ABI for AMD64, 3.2.1).
//! Chapter 1 of the book, "Call threading".

use std::ops::Range;

// ANCHOR: templates
/// Calls the routine of an opcode, and goes on with what comes next.
#[rustfmt::skip]
pub(super) const CALL: [u8; 25] = [
    0x48, 0x89, 0xdf,                           // mov rdi, rbx
    0x48, 0xbe, 0, 0, 0, 0, 0, 0, 0, 0,         // mov rsi, INSTRUCTION
    0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0,         // mov rax, ROUTINE
    0xff, 0xd0,                                 // call rax
];

/// Calls it, and goes on at the address that it returns.
#[rustfmt::skip]
pub(super) const CALL_AND_JUMP: [u8; 27] = [
    0x48, 0x89, 0xdf,                           // mov rdi, rbx
    0x48, 0xbe, 0, 0, 0, 0, 0, 0, 0, 0,         // mov rsi, INSTRUCTION
    0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0,         // mov rax, ROUTINE
    0xff, 0xd0,                                 // call rax
    0xff, 0xe0,                                 // jmp rax
];

/// The hole for the address of the bytecode instruction, in both templates.
pub(super) const INSTRUCTION: Range<usize> = 5..13;
/// The hole for the address of the routine.
pub(super) const ROUTINE: Range<usize> = 15..23;
// ANCHOR_END: templates

// ANCHOR: edges
/// The way in, a function of two arguments: the run, and where to start. Its
/// push leaves the stack as the ABI wants it at a call: aligned to 16 bytes.
#[rustfmt::skip]
pub(super) const ENTER: [u8; 6] = [
    0x53,                                       // push rbx
    0x48, 0x89, 0xfb,                           // mov rbx, rdi
    0xff, 0xe6,                                 // jmp rsi
];

/// The way out: where a routine sends the code when it is over.
#[rustfmt::skip]
pub(super) const LEAVE: [u8; 2] = [
    0x5b,                                       // pop rbx
    0xc3,                                       // ret
];
// ANCHOR_END: edges
