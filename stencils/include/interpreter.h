// The first meaning of an operation: a function of an interpreter. Operands come
// from the bytecode, and NEXT is a jump through a table. Chapter 2 of the book,
// "First meaning: a table".

#pragma once

// ANCHOR: state
// The interpreter carries its place in the bytecode along, and the table through
// which it finds the function of an opcode.
#define STATE_PARAMETERS                                                              \
    Vm *vm, Frame *frame, Value *sp, Value *slots, const Instruction *ip,             \
        const void *const *dispatch, const Value *constants, const Instruction *instructions
#define STATE vm, frame, sp, slots, ip, dispatch, constants, instructions

typedef STENCIL Exit Op(STATE_PARAMETERS);
// ANCHOR_END: state

// A function of its own: calling C functions takes room on the stack, which would
// else be made on every way through the operation.
#define INLINE_IF_STENCIL __attribute__((noinline))

// Where the table has the functions of an opcode's operands.
#define VARIANTS_BINARY_OP 256
#define VARIANTS_COMPARE_OP 288

// ANCHOR: next
#define OPERAND (ip->operand)
#define LOCAL (slots[ip->operand])
#define CONSTANT (constants[ip->operand])
#define INDEX ((uint32_t)(ip - instructions))
#define TARGET_INDEX (ip->operand)
#define VARIABLE (vm->variables[ip->operand])
#define OPERANDS_FROM_TOP (sp - ip->operand)
#define RANGE ((RangeState *)(slots + ip->slot))

// Goes on with the function that the table has at `index`.
#define DISPATCH(index) TAIL((Op *)dispatch[index])(STATE)

#define NEXT()                                                                        \
    do {                                                                              \
        ip += 1;                                                                      \
        DISPATCH(ip->opcode);                                                         \
    } while (0)
// ANCHOR_END: next

#define JUMP()                                                                        \
    do {                                                                              \
        ip = instructions + ip->operand;                                              \
        DISPATCH(ip->opcode);                                                         \
    } while (0)

#ifdef MIXED

// Compiled code and the interpreter call each other, and return to each other: a
// function's entry and a frame's return address lead to the one or the other.
// Chapter 5 of the book, "The interpreter moves in".
extern Op interpret_after_call;

// ANCHOR: mixed
#define RETURN_ADDRESS CODE_ADDRESS(interpret_after_call)
#define ENTER(function) TAIL((Op *)(function)->entry)(STATE)
#define RETURN() TAIL((Op *)frame->return_address)(STATE)
// ANCHOR_END: mixed

#else

#define RETURN_ADDRESS NULL

#define ENTER(function)                                                               \
    do {                                                                              \
        constants = (function)->constants;                                            \
        ip = instructions = (function)->instructions;                                 \
        DISPATCH(ip->opcode);                                                         \
    } while (0)

// Below the module's frame lies one that has no function.
#define RETURN()                                                                      \
    do {                                                                              \
        if (UNLIKELY(frame->function == NULL)) {                                      \
            vm->frame = frame + 1;                                                    \
            return EXIT_FINISHED;                                                     \
        }                                                                             \
        constants = frame->function->constants;                                       \
        instructions = frame->function->instructions;                                 \
        ip = instructions + frame->instruction + 1;                                   \
        DISPATCH(ip->opcode);                                                         \
    } while (0)

#endif
