// The second meaning of an operation: a stencil. Operands are holes, and NEXT is a
// jump to a hole. Chapter 2 of the book, "Second meaning: a hole".

#pragma once

// A stencil is for one instruction, whose place and operand are holes.
#define STATE_PARAMETERS Vm *vm, Frame *frame, Value *sp, Value *slots
#define STATE vm, frame, sp, slots

typedef STENCIL Exit Op(STATE_PARAMETERS);

// Part of the stencil, whose holes it uses.
#define INLINE_IF_STENCIL static inline __attribute__((always_inline))

// ANCHOR: holes
HOLE_NUMBER(HOLE_OPERAND);      // the instruction's operand
HOLE_NUMBER(HOLE_INDEX);        // which instruction of its code object it is
HOLE_NUMBER(HOLE_TARGET_INDEX); // which instruction a jump goes to
HOLE_WORD(HOLE_CONSTANT);       // the word of the constant
HOLE_OFFSET(HOLE_LOCAL);        // from `slots` to the local variable
HOLE_OFFSET(HOLE_VARIABLE);     // from `vm->variables` to the module's variable
HOLE_OFFSET(HOLE_OPERANDS);     // from the operand that is meant to the top of the stack
HOLE_OFFSET(HOLE_RANGE);        // from `slots` to the loop's state
extern Op HOLE_CONTINUE;        // the code of the next instruction
extern Op HOLE_TARGET;          // the code of the instruction that a jump goes to
// ANCHOR_END: holes

// ANCHOR: next
#define AT(base, hole) ((Value *)((char *)(base) + OFFSET(hole)))

#define OPERAND NUMBER(HOLE_OPERAND)
#define LOCAL (*AT(slots, HOLE_LOCAL))
#define CONSTANT WORD(HOLE_CONSTANT)
#define INDEX NUMBER(HOLE_INDEX)
#define TARGET_INDEX NUMBER(HOLE_TARGET_INDEX)
#define VARIABLE (*AT(vm->variables, HOLE_VARIABLE))
#define OPERANDS_FROM_TOP ((Value *)((char *)sp - OFFSET(HOLE_OPERANDS)))
#define RANGE ((RangeState *)AT(slots, HOLE_RANGE))

#define NEXT() TAIL HOLE_CONTINUE(STATE)

#define JUMP() TAIL HOLE_TARGET(STATE)
// ANCHOR_END: next

#define RETURN_ADDRESS CODE_ADDRESS(HOLE_CONTINUE)

// ANCHOR: enter
#define ENTER(function) TAIL((Op *)(function)->entry)(STATE)
// ANCHOR_END: enter

// The frame below the module's returns to `finish`.
#define RETURN() TAIL((Op *)frame->return_address)(STATE)
