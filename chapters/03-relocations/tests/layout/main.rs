//! The layout of stencils: what each peephole does to those that ship with the
//! repository, and that none changes what is executed, nor in which order.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod execution;
mod graphs;
mod peepholes;
#[expect(dead_code, reason = "other tests run programs")]
#[path = "../running/mod.rs"]
mod running;
