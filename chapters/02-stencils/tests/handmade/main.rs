//! Objects made by hand, each with one thing in it that Clang does not write
//! today, or should not: what is taken, and in which words the rest is refused.

mod draft;
mod good;
mod files;
mod sections;
mod symbols;
mod stencils;
mod tables;
mod holes;
#[path = "../prebuilt/mod.rs"]
mod prebuilt;
