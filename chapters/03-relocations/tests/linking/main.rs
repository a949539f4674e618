//! The linker: against a slow one, at the edges of what its holes have room for,
//! and where it refuses to link.
//!
//! Memory is limited: what would be too large is to be refused before it is
//! allocated.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::alloc::System;

use cap::Cap;

#[expect(dead_code, reason = "chapter 2's tests use more of it")]
#[path = "../../../02-stencils/tests/handmade/draft.rs"]
mod draft;
#[expect(dead_code, reason = "the tests of the reader use more of it")]
#[path = "../handmade/parts.rs"]
mod parts;
#[expect(dead_code, reason = "other tests run programs")]
#[path = "../running/mod.rs"]
mod running;

mod errors;
mod executed;
mod made;
mod map;
mod programs;
mod random;
mod reach;
mod reference;
mod steps;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 256 << 20);
