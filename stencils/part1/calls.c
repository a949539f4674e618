// Functions: made, called, returned from. A call pushes a frame and jumps; no C
// function waits for it. A return jumps to where the caller's frame says.

OP(MAKE_FUNCTION) {
    TOP = rt_make_function(vm, TOP);
    NEXT();
}

// A built-in function, or what cannot be called at all.
SLOW_PATH(call_builtin) {
    Value *arguments = OPERANDS_FROM_TOP;
    Value result = rt_call_builtin(vm, arguments[-2], arguments, OPERAND);
    if (UNLIKELY(result == VALUE_NULL)) {
        ERROR();
    }
    sp = arguments - 1;
    TOP = result;
    NEXT();
}

SLOW_PATH(refuse_call) {
    rt_refuse_call(vm, OPERANDS_FROM_TOP[-2], OPERAND);
    ERROR();
}

SLOW_PATH(refuse_recursion) {
    rt_refuse_recursion(vm);
    ERROR();
}

// Below its arguments lie NULL and the callable. The arguments stay where they are
// and become the first local variables.
OP(CALL) {
    Value *arguments = OPERANDS_FROM_TOP;
    Value callable = arguments[-2];
    if (UNLIKELY((uint32_t)callable != VALUE_FUNCTION)) {
        GO_SLOW(call_builtin);
    }
    const Function *function = vm->functions + (callable >> VALUE_FUNCTION_SHIFT);
    uint32_t count = OPERAND;
    if (UNLIKELY(function->parameters != count)) {
        GO_SLOW(refuse_call);
    }
    Frame *callee = frame + 1;
    if (UNLIKELY(callee == vm->frames_end)) {
        GO_SLOW(refuse_recursion);
    }
    // ANCHOR: call
    frame->instruction = INDEX;
    frame->return_address = RETURN_ADDRESS;
    callee->slots = slots = arguments;
    callee->function = function;
    callee->instruction = 0;
    callee->return_address = NULL;
    callee->engine = NULL;
    vm->frame = frame = callee;
#pragma clang loop vectorize(disable) unroll(disable)
    for (uint32_t local = count; local < function->locals; local++) {
        slots[local] = VALUE_NULL;
    }
    sp = slots + function->stack_base;
    ENTER(function);
    // ANCHOR_END: call
}

// ANCHOR: return
// The result takes the place of callable, NULL and arguments.
//     RETURN_RESULT(value)   =>   slots[-2] = value; … RETURN();
#define RETURN_RESULT(value)                                                          \
    do {                                                                              \
        slots[-2] = (value);                                                          \
        sp = slots - 1;                                                               \
        vm->frame = frame = frame - 1;                                                \
        slots = frame->slots;                                                         \
        RETURN();                                                                     \
    } while (0)

OP(RETURN_VALUE) {
    RETURN_RESULT(TOP);
}
// ANCHOR_END: return

OP(RETURN_CONST) {
    RETURN_RESULT(CONSTANT);
}
