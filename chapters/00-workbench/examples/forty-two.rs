//! Forty-two: the smallest copy-and-patch there is. Six bytes of machine code
//! with a hole in them are copied into memory, the hole is patched, and the
//! result is called. Chapter 0 of the book takes it apart byte by byte.
#![cfg_attr(
    all(target_arch = "x86_64", unix),
    expect(unsafe_code, reason = "machine code can only be called through a pointer")
)]

use std::ops::Range;

use ch00_workbench::{Listing, Mark, disassemble};
use memmap2::MmapMut;

// ANCHOR: stencil
/// `mov eax, imm32; ret`: a function that returns a number not yet known.
const STENCIL: [u8; 6] = [0xb8, 0x00, 0x00, 0x00, 0x00, 0xc3];

/// Where in the stencil the number goes.
const HOLE: Range<usize> = 1..5;
// ANCHOR_END: stencil

// ANCHOR: patch
/// Copy, patch.
fn compile(answer: i32) -> [u8; 6] {
    let mut code = STENCIL;
    code[HOLE].copy_from_slice(&answer.to_le_bytes());
    code
}
// ANCHOR_END: patch

// ANCHOR: run
/// Run.
#[cfg(all(target_arch = "x86_64", unix))]
fn run(code: &[u8]) -> std::io::Result<i32> {
    let mut memory = MmapMut::map_anon(code.len())?;
    memory[..code.len()].copy_from_slice(code);
    let memory = memory.make_exec()?;
    // SAFETY: the memory is executable and holds a whole x86-64 function, which
    // takes nothing, returns an `i32` in eax, and touches neither stack nor memory.
    let function: extern "C" fn() -> i32 = unsafe { std::mem::transmute(memory.as_ptr()) };
    Ok(function())
}
// ANCHOR_END: run

#[cfg(not(all(target_arch = "x86_64", unix)))]
fn run(_: &[u8]) -> std::io::Result<i32> {
    let _ = MmapMut::map_anon(1)?;
    Err(std::io::Error::other(
        "these six bytes are x86-64 code for a Unix system; yours is another",
    ))
}

fn listing(code: &[u8]) -> Listing {
    disassemble(
        code,
        0,
        &|_| None,
        &[Mark { bytes: HOLE, symbol: "answer".to_owned(), is_address: false }],
    )
}

fn main() -> std::io::Result<()> {
    println!("the stencil, its hole in brackets:\n{}", listing(&STENCIL));
    let code = compile(42);
    println!("copied and patched:\n{}", listing(&code));
    println!("called: {}", run(&code)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patched_listing_shows_the_answer_in_the_hole() {
        insta::assert_snapshot!(listing(&compile(42)), @r"
        b8 [2a 00 00 00]  mov eax, 0x2a  answer
        c3                ret
        ");
    }

    #[test]
    #[cfg(all(target_arch = "x86_64", unix))]
    fn any_number_can_be_patched_in() {
        for answer in [42, 0, -1, i32::MIN, i32::MAX] {
            assert_eq!(run(&compile(answer)).unwrap(), answer);
        }
    }
}
