// Stubs: what the entry of a function leads to when it is not the function's code.
// Chapter 5 of the book, "A stub for everybody".

#include "include/op.h"

HOLE_WORD(HOLE_CACHE);   // what `cache_enter` is told
HOLE_WORD(HOLE_COUNTER); // the address of a cell
extern Op HOLE_CODE;     // where to go on
extern Op HOLE_ASK;      // `find_code`

// Finds or makes the code of the function that is being called: its frame is the
// running one. Returns where it is executed.
Op *cache_enter(const void *cache, Vm *vm);

// ANCHOR: stubs
// Asks the cache for the way on.
OP(find_code) {
    Op *code = cache_enter((const void *)WORD(HOLE_CACHE), vm);
    TAIL code(STATE);
}

// Counts, and goes on.
OP(count_call) {
    uint64_t *counter = (uint64_t *)WORD(HOLE_COUNTER);
    *counter += 1;
    TAIL HOLE_CODE(STATE);
}
// ANCHOR_END: stubs

// ANCHOR: let_pass
// Goes on without asking, as often as the function's word for its engine says.
OP(let_pass) {
    Function *function = (Function *)frame->function;
    uintptr_t calls = (uintptr_t)function->engine;
    if (calls == 0)
        TAIL HOLE_ASK(STATE);
    function->engine = (void *)(calls - 1);
    TAIL HOLE_CODE(STATE);
}
// ANCHOR_END: let_pass
