//! Objects made by hand, each with one thing in it that Clang does not write
//! today, or should not: what is taken for blocks, and in which words the rest is
//! refused.

#[expect(dead_code, reason = "chapter 2's tests use more of it")]
#[path = "../../../02-stencils/tests/handmade/draft.rs"]
mod draft;
mod parts;
mod blocks;
mod constants;
mod slots;
mod refused_blocks;
mod refused_holes;
mod refused_objects;
