// The virtual machine as stencils see it: values, frames, functions, and the
// runtime's functions. Chapter 1 explains them, in Rust; `abi.c` writes down what
// this file believes, and the loader compares.

#pragma once

#include <stddef.h>
#include <stdint.h>

// A Python object: an even word is an integer (twice its number), an odd one
// something else. `chapters/01-bytecode-vm/src/value.rs` draws it.
typedef uint64_t Value;

#define VALUE_NULL 0x07
#define VALUE_NONE 0x0f
#define VALUE_FALSE 0x17
#define VALUE_TRUE 0x1f
// The lower half of a function's word; its number is the upper half.
#define VALUE_FUNCTION 0x2f
#define VALUE_FUNCTION_SHIFT 32

typedef struct Instruction {
    uint8_t opcode;
    uint16_t slot;
    uint32_t operand;
} Instruction;

typedef struct Frame Frame;
typedef struct Function Function;
typedef struct Vm Vm;

struct Frame {
    Value *slots;
    const Function *function;
    uint32_t instruction;
    const void *return_address;
    void *engine;
};

struct Function {
    const void *entry;
    void *engine;
    const Instruction *instructions;
    const Value *constants;
    uint32_t parameters;
    uint32_t locals;
    uint32_t stack_base;
    uint32_t code;
    uint32_t times_made;
};

// The fields that compiled code uses; behind them Rust keeps others.
struct Vm {
    Frame *frame;
    Frame *frames_end;
    const volatile uintptr_t *poll;
    Value *variables;
    const Function *functions;
};

// A `for` loop over a range, in three frame slots.
typedef struct RangeState {
    Value next;
    Value step;
    Value remaining;
} RangeState;

// What a stencil returns when it does not go on.
typedef enum Exit {
    EXIT_FINISHED = 0,
    EXIT_RAISED = 1,
    EXIT_HANDED_OVER = 2,
} Exit;

// What `rt_attend` returns.
typedef enum Attention {
    ATTENTION_CONTINUE = 0,
    ATTENTION_HAND_OVER = 1,
    ATTENTION_RAISED = 2,
} Attention;

// The runtime's functions: the cases that are not fast. A `Value` of VALUE_NULL
// says that an exception was raised, and so does the `false` of rt_range_state.
Attention rt_attend(Vm *vm);
Value rt_binary_op(Vm *vm, uint32_t operand, Value left, Value right);
Value rt_compare_op(Vm *vm, uint32_t comparison, Value left, Value right);
Value rt_is_op(Vm *vm, uint32_t invert, Value left, Value right);
Value rt_unary_negative(Vm *vm, Value value);
Value rt_unary_invert(Vm *vm, Value value);
Value rt_unary_positive(Vm *vm, Value value);
_Bool rt_truth(Vm *vm, Value value);
_Bool rt_range_state(Vm *vm, const Value *arguments, uint32_t count, RangeState *state);
Value rt_make_function(Vm *vm, Value code);
Value rt_call_builtin(Vm *vm, Value callable, const Value *arguments, uint32_t count);

// These do nothing but raise.
void rt_unbound_local(Vm *vm, uint32_t slot);
void rt_unbound_variable(Vm *vm, uint32_t name);
void rt_refuse_call(Vm *vm, Value callable, uint32_t count);
void rt_refuse_recursion(Vm *vm);
