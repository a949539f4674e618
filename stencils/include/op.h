// How an operation is written, once, to be compiled twice: as a function of an
// interpreter, and as a stencil. Chapter 2 of the book, "A function that never
// returns".

#pragma once

#include "stencil.h"
#include "vm.h"

#ifdef INTERPRETER
#include "interpreter.h"
#else
#include "jit.h"
#endif

// The function of an opcode.
//     OP(POP_TOP)   =>   STENCIL Exit POP_TOP(Vm *vm, Frame *frame, Value *sp, …)
#define OP(name) STENCIL Exit name(STATE_PARAMETERS)

// What an operation does in the rare case.
//     SLOW_PATH(slow_compare)   =>   … STENCIL Exit slow_compare(Vm *vm, …)
//     GO_SLOW(slow_compare);    =>   TAIL slow_compare(vm, …);
#define SLOW_PATH(name) INLINE_IF_STENCIL OP(name)
#define GO_SLOW(name) TAIL name(STATE)

// Where the operand of an opcode selects what is done, each operand has a function
// of its own. A compiler of bytecode takes the right one; the interpreter gets
// there through its table, by way of a function of the opcode.
//     VARIANTS(BINARY_OP)   =>   OP(BINARY_OP) { DISPATCH(VARIANTS_BINARY_OP + operand); }
#ifdef INTERPRETER
#define VARIANTS(opcode)                                                              \
    OP(opcode) {                                                                      \
        DISPATCH(VARIANTS_##opcode + ip->operand);                                    \
    }
#else
#define VARIANTS(opcode)
#endif

// Operand stack.
#define TOP (sp[-1])
#define SECOND (sp[-2])
#define PUSH(value) (*sp++ = (value))
#define POP() (*--sp)

#define BOOL(condition) ((condition) ? VALUE_TRUE : VALUE_FALSE)
#define IS_INT(value) (((value)&1) == 0)
#define BOTH_INT(left, right) ((((left) | (right)) & 1) == 0)

// Stops at this instruction, which has raised an exception.
#define ERROR()                                                                       \
    do {                                                                              \
        frame->instruction = INDEX;                                                   \
        return EXIT_RAISED;                                                           \
    } while (0)

// Stops where an instruction is about to be executed; another engine goes on.
#define HAND_OVER(index)                                                              \
    do {                                                                              \
        frame->instruction = (index);                                                 \
        return EXIT_HANDED_OVER;                                                      \
    } while (0)
