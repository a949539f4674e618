//! What leaves a section out of an object.

/// Beginnings of the names of sections that compilers write, and what keeps them
/// from it.
const CURES: [(&str, &str); 15] = [
    (".comment", "compile with -fno-ident"),
    (".llvm_addrsig", "compile with -fno-addrsig"),
    (".eh_frame", "compile with -fno-asynchronous-unwind-tables"),
    (".gcc_except_table", "compile with -fno-exceptions"),
    (".debug_", "compile without -g"),
    (".note.gnu.property", "compile with -fcf-protection=none"),
    (".stack_sizes", "compile with -fno-stack-size-section"),
    (".llvm_bb_addr_map", "compile without -fbasic-block-address-map"),
    ("__patchable_function_entries", "compile without -fpatchable-function-entry"),
    ("__llvm_prf", "compile without -fprofile-instr-generate"),
    (".init_array", "nobody would call a constructor: have none"),
    (".fini_array", "nobody would call a destructor: have none"),
    (".tdata", "stencils cannot have thread-local variables"),
    (".tbss", "stencils cannot have thread-local variables"),
    (".group", "have no functions that several objects may define"),
];

/// What to do so that there is no section with this name, as a clause.
pub(in crate::mechanism) fn cure(section: &str) -> &'static str {
    let known = CURES.iter().find(|(beginning, _)| section.starts_with(beginning));
    known.map_or("find out what in the source or which flag makes it", |(_, cure)| cure)
}
