// The stencils of a spreadsheet: what a formula is made of, what stands where its code
// is not, and the way in and out. The values are doubles.
// `chapters/05-code-cache/examples/spreadsheet` compiles formulas when they are asked for.

#include "../include/stencil.h"

typedef struct Machine Machine;
typedef struct Frame Frame;

// What a formula has in registers: behind the innermost frame, where the next operand
// goes, and the operand on top. The rest of the operands is in memory, below `sp`.
#define STATE_PARAMETERS Machine *machine, Frame *frame, double *sp, double top
#define STATE machine, frame, sp, top

// A step goes on with the next one. The last one of all returns NULL, and one that fails
// the address of its code.
typedef STENCIL const void *Step(STATE_PARAMETERS);

// A formula that waits for another one. No C function does: a call jumps there, and the
// other formula jumps back.
struct Frame {
    Step *return_address;
};

// What the host shares with the code.
struct Machine {
    Frame *frame;      // behind the innermost one, while the host is asked for something
    Frame *frames_end;
    const void *sheet; // the host's own
    uint64_t edition;  // how often the sheet has been changed
    double result;
    uint32_t reason;   // why a step has failed
};

// What a formula came to, as long as the sheet is of that edition.
typedef struct Memo {
    uint64_t edition;
    double value;
} Memo;

typedef enum Reason {
    REASON_DIVISION_BY_ZERO = 0,
    REASON_TOO_DEEP = 1,
} Reason;

extern Step HOLE_NEXT;    // the code of the next step
HOLE_WORD(HOLE_NUMBER);   // the 64 bits of a double
HOLE_WORD(HOLE_ENTRY);    // the address of the entry cell of another formula
HOLE_WORD(HOLE_MEMO);     // the address of this formula's memo
HOLE_WORD(HOLE_CELL);     // the number of the cell that a stub is for
HOLE_WORD(HOLE_COUNTER);  // the address of a word that counts
extern Step HOLE_CODE;    // the code of the formula

// Finds or makes the code of a formula, and returns it; or computes the formula, and
// returns `found_result` or `found_failure`.
extern Step *sheet_find_code(const void *sheet, uint64_t cell);

//     STEP(add)   =>   STENCIL const void *add(Machine *machine, …)
#define STEP(name) STENCIL const void *name(STATE_PARAMETERS)

#define NEXT() TAIL HOLE_NEXT(STATE)

#define PUSH(operand) (*sp++ = top, top = (operand))
#define POP() (*--sp)

// Returns where it is itself: the address of the instruction behind this one.
//     FAIL(REASON_TOO_DEEP);   =>   … leaq 0(%rip), %rax
//                                   retq
#define FAIL(why)                                                                     \
    do {                                                                              \
        const void *here;                                                             \
        machine->reason = (why);                                                      \
        __asm__ volatile("leaq 0(%%rip), %0" : "=r"(here));                           \
        return here;                                                                  \
    } while (0)

// Jumps back to the formula that waits.
//     RETURN();   =>   frame -= 1; TAIL frame->return_address(STATE);
#define RETURN()                                                                      \
    do {                                                                              \
        frame -= 1;                                                                   \
        TAIL frame->return_address(STATE);                                            \
    } while (0)

// The way in: an ordinary C function, which saves the registers that its caller wants
// back. What is on top before the first operand is no operand.
const void *enter(Machine *machine, Frame *frame, double *sp, Step *entry) {
    return entry(machine, frame, sp, 0);
}

// The way out: where the formula returns to that the host has asked for.
STEP(leave) {
    machine->result = top;
    return 0;
}

// A formula pushes one operand, like a number does. It begins by looking whether it has
// been computed since the last change,
STEP(begin) {
    const Memo *memo = (const Memo *)WORD(HOLE_MEMO);
    if (memo->edition == machine->edition) {
        PUSH(memo->value);
        RETURN();
    }
    NEXT();
}

// and ends by noting that it has.
STEP(finish) {
    Memo *memo = (Memo *)WORD(HOLE_MEMO);
    memo->edition = machine->edition;
    memo->value = top;
    RETURN();
}

STEP(number) {
    union {
        uint64_t bits;
        double value;
    } number = {WORD(HOLE_NUMBER)};
    PUSH(number.value);
    NEXT();
}

// ANCHOR: call
// The value of another formula, by way of its entry.
STEP(call) {
    if (UNLIKELY(frame == machine->frames_end)) {
        FAIL(REASON_TOO_DEEP);
    }
    frame->return_address = (Step *)CODE_ADDRESS(HOLE_NEXT);
    frame += 1;
    TAIL (*(Step **)WORD(HOLE_ENTRY))(STATE);
}
// ANCHOR_END: call

STEP(add) {
    top = POP() + top;
    NEXT();
}

STEP(subtract) {
    top = POP() - top;
    NEXT();
}

STEP(multiply) {
    top = POP() * top;
    NEXT();
}

STEP(divide) {
    if (UNLIKELY(top == 0)) {
        FAIL(REASON_DIVISION_BY_ZERO);
    }
    top = POP() / top;
    NEXT();
}

// All bits but the sign: a mask of 16 bytes in `.rodata.cst16`.
STEP(absolute) {
    top = __builtin_fabs(top);
    NEXT();
}

// Where the entry of a formula leads that has no code.
STEP(find_code) {
    machine->frame = frame;
    Step *code = sheet_find_code(machine->sheet, WORD(HOLE_CELL));
    TAIL code(STATE);
}

// The host has computed the formula.
STEP(found_result) {
    PUSH(machine->result);
    RETURN();
}

// The host has tried to.
STEP(found_failure) {
    return machine;
}

// Counts a call, and goes on.
STEP(count_call) {
    *(uint64_t *)WORD(HOLE_COUNTER) += 1;
    TAIL HOLE_CODE(STATE);
}
