// The stencils of a calculator in reverse Polish notation, one for each kind of
// word. They know nothing of Python, or of chapter 1: the values are doubles.
// `chapters/02-stencils/examples/rpn.rs` puts them together.

#include "../include/stencil.h"

// What the calculator has in registers: the top of the stack, and where it goes
// when something is pushed on it. The rest of the stack is in memory, below `sp`.
#define STATE_PARAMETERS double *sp, double top
#define STATE sp, top

// A word goes on with the next one. The last one returns NULL, and one that fails
// the address of its code.
typedef STENCIL const void *Word(STATE_PARAMETERS);

extern Word HOLE_NEXT;       // the code of the next word
extern Word HOLE_LOOP;       // the code of the `loop` that a `while` belongs to
HOLE_WORD(HOLE_NUMBER);      // the 64 bits of a double
HOLE_WORD(HOLE_VARIABLE);    // the address of a variable
HOLE_WORD(HOLE_HERE);        // the address of this copy of the stencil

//     WORD_CODE(add)   =>   STENCIL const void *add(double *sp, double top)
#define WORD_CODE(name) STENCIL const void *name(STATE_PARAMETERS)

#define NEXT() TAIL HOLE_NEXT(STATE)
#define FAIL() return (const void *)WORD(HOLE_HERE)

#define PUSH(value) (*sp++ = top, top = (value))
#define POP() (*--sp)

// An ordinary C function, which saves the registers that its caller wants back.
const void *enter(double *sp, Word *start) {
    return start(sp, 0);
}

// Leaves the whole stack in memory.
WORD_CODE(finish) {
    *sp = top;
    return 0;
}

// A constant of C would lie in the object's data. This one is in the code: its
// bits come in an integer register, and move over to the floating-point one.
WORD_CODE(number) {
    union {
        uint64_t bits;
        double value;
    } number = {WORD(HOLE_NUMBER)};
    PUSH(number.value);
    NEXT();
}

WORD_CODE(load) {
    PUSH(*(double *)WORD(HOLE_VARIABLE));
    NEXT();
}

WORD_CODE(store) {
    *(double *)WORD(HOLE_VARIABLE) = top;
    top = POP();
    NEXT();
}

WORD_CODE(add) {
    top = POP() + top;
    NEXT();
}

WORD_CODE(subtract) {
    top = POP() - top;
    NEXT();
}

WORD_CODE(multiply) {
    top = POP() * top;
    NEXT();
}

WORD_CODE(divide) {
    if (UNLIKELY(top == 0)) {
        FAIL();
    }
    top = POP() / top;
    NEXT();
}

// Does nothing: it is there to be jumped to.
WORD_CODE(loop) {
    NEXT();
}

// Back to `loop`, if the value is positive.
WORD_CODE(repeat) {
    double value = top;
    top = POP();
    if (value > 0) {
        TAIL HOLE_LOOP(STATE);
    }
    NEXT();
}
