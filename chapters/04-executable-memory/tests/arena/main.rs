//! The arena, under everything that a system may do to it. What is published here are
//! functions of a few bytes, written by hand, each of which returns a number of its own.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

// What the tests have in common.
mod alone;
mod maps;
mod numbered;
mod watched;

// What can be done to which pages.
mod guards;
mod seals;
mod secrecy;
mod write_xor_execute;

// What becomes of memory.
mod cells;
mod drafts;
mod lifetimes;
mod many;
mod near;
mod reuse;

// What can go wrong.
mod forks;
mod limits;
mod refusals;
mod threads;

// Who is asked, and who is told.
mod observers;
mod perf_map;
mod roots;
