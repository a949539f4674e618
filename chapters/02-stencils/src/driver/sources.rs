//! The C that the stencils were compiled from, for those who want to see it.

use super::objects::Build;
use crate::mechanism::{Excerpt, find_source};

/// The sources as they were when this program was built.
const FILES: &[(&str, &str)] = &[
    ("stencils/include/op.h", include_str!("../../../../stencils/include/op.h")),
    ("stencils/part1/stack.c", include_str!("../../../../stencils/part1/stack.c")),
    ("stencils/part1/operators.c", include_str!("../../../../stencils/part1/operators.c")),
    ("stencils/part1/control.c", include_str!("../../../../stencils/part1/control.c")),
    ("stencils/part1/calls.c", include_str!("../../../../stencils/part1/calls.c")),
    ("stencils/part1/entry.c", include_str!("../../../../stencils/part1/entry.c")),
];

/// The C of a stencil in the sources that this program was built with. A stencil of
/// an object from elsewhere may have none there.
#[must_use]
pub fn find(build: Build, stencil: &str) -> Option<Excerpt> {
    let defines: &[&str] = match build {
        Build::Interpreter => &["INTERPRETER"],
        Build::JitLarge => &[],
    };
    find_source(FILES, defines, stencil)
}
