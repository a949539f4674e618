//! Faults that kill a process: what it says before, and of which signal it dies. Each
//! test runs itself once more, in a process of its own, which plays the scene.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod masked;

#[path = "faults/death.rs"]
mod death;
#[path = "faults/made.rs"]
mod made;
#[path = "faults/inside.rs"]
mod inside;
#[path = "faults/jumps.rs"]
mod jumps;
#[path = "faults/outside.rs"]
mod outside;
#[path = "faults/handlers.rs"]
mod handlers;
