// The stencils of a language whose commands are single characters, and work on a
// tape of doubles. Clang splits them into blocks, and puts its constants beside them.
// `chapters/03-relocations/examples/tape.rs` links them.

#include "../include/stencil.h"

// What a program has in registers: the cell that it is at, where the tape begins and
// ends, and what the host wants back when something is printed. These are the four
// registers that a C function gives back, so that a call has nothing to save.
#define STATE_PARAMETERS double *cell, double *first, double *end, void *output
#define STATE cell, first, end, output

// A command goes on with the next one. The last one returns NULL, and one that fails
// the address of the code that did.
typedef STENCIL const void *Command(STATE_PARAMETERS);

extern Command HOLE_NEXT;    // the code of the next command
extern Command HOLE_BEGIN;   // the code behind the `[` that a `]` belongs to
extern Command HOLE_END;     // the code behind the `]` that a `[` belongs to
HOLE_NUMBER(HOLE_DIGIT);     // from 0 to 9
HOLE_WORD(HOLE_COUNTER);     // the address of a number of 64 bits, which the host owns

// A function of the host.
extern void tape_print(void *output, double value);

//     COMMAND(halve)   =>   STENCIL const void *halve(double *cell, …)
#define COMMAND(name) STENCIL const void *name(STATE_PARAMETERS)

#define NEXT() TAIL HOLE_NEXT(STATE)

// Returns where it is itself: the address of the instruction behind this one.
//     FAIL();   =>   leaq 0(%rip), %rax
//                    retq
#define FAIL()                                                                        \
    do {                                                                              \
        const void *here;                                                             \
        __asm__ volatile("leaq 0(%%rip), %0" : "=r"(here));                           \
        return here;                                                                  \
    } while (0)

// An ordinary C function, which saves the registers that its caller wants back. It
// lies before the first command, and calls it.
const void *enter(STATE_PARAMETERS) {
    return HOLE_NEXT(STATE);
}

COMMAND(finish) {
    return 0;
}

COMMAND(right) {
    if (UNLIKELY(cell + 1 == end)) {
        FAIL();
    }
    cell += 1;
    NEXT();
}

COMMAND(left) {
    if (UNLIKELY(cell == first)) {
        FAIL();
    }
    cell -= 1;
    NEXT();
}

COMMAND(digit) {
    *cell = (int32_t)NUMBER(HOLE_DIGIT);
    NEXT();
}

COMMAND(increment) {
    *cell += 1;
    NEXT();
}

COMMAND(decrement) {
    *cell -= 1;
    NEXT();
}

// No instruction has room for a double: Clang puts 0.5 into `.rodata.cst8`.
COMMAND(halve) {
    *cell *= 0.5;
    NEXT();
}

// All bits but the sign: a mask of 16 bytes in `.rodata.cst16`, as long as the
// register, and aligned as the instruction wants it.
COMMAND(absolute) {
    *cell = __builtin_fabs(*cell);
    NEXT();
}

COMMAND(begin) {
    if (*cell > 0) {
        NEXT();
    }
    TAIL HOLE_END(STATE);
}

COMMAND(repeat) {
    if (*cell > 0) {
        TAIL HOLE_BEGIN(STATE);
    }
    NEXT();
}

COMMAND(print) {
    tape_print(output, *cell);
    NEXT();
}

COMMAND(count) {
    *(uint64_t *)WORD(HOLE_COUNTER) += 1;
    NEXT();
}

COMMAND(check) {
    if (UNLIKELY(*cell < 0)) {
        FAIL();
    }
    NEXT();
}
