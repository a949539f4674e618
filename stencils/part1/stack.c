// The operand stack, constants and variables.

OP(POP_TOP) {
    sp -= 1;
    NEXT();
}

OP(COPY) {
    Value value = *OPERANDS_FROM_TOP;
    PUSH(value);
    NEXT();
}

OP(SWAP) {
    Value *other = OPERANDS_FROM_TOP;
    Value value = *other;
    *other = TOP;
    TOP = value;
    NEXT();
}

OP(PUSH_NULL) {
    PUSH(VALUE_NULL);
    NEXT();
}

OP(LOAD_CONST) {
    PUSH(CONSTANT);
    NEXT();
}

// ANCHOR: load_fast
OP(LOAD_FAST) {
    PUSH(LOCAL);
    NEXT();
}
// ANCHOR_END: load_fast

SLOW_PATH(unbound_local) {
    rt_unbound_local(vm, OPERAND);
    ERROR();
}

OP(LOAD_FAST_CHECK) {
    Value value = LOCAL;
    if (UNLIKELY(value == VALUE_NULL)) {
        GO_SLOW(unbound_local);
    }
    PUSH(value);
    NEXT();
}

OP(STORE_FAST) {
    LOCAL = POP();
    NEXT();
}

SLOW_PATH(unbound_variable) {
    rt_unbound_variable(vm, OPERAND);
    ERROR();
}

// LOAD_NAME and LOAD_GLOBAL: the module's variables are the same from anywhere.
//     LOAD_VARIABLE(LOAD_NAME)   =>   OP(LOAD_NAME) { … }
#define LOAD_VARIABLE(name)                                                           \
    OP(name) {                                                                        \
        Value value = VARIABLE;                                                       \
        if (UNLIKELY(value == VALUE_NULL)) {                                          \
            GO_SLOW(unbound_variable);                                                \
        }                                                                             \
        PUSH(value);                                                                  \
        NEXT();                                                                       \
    }

LOAD_VARIABLE(LOAD_NAME)
LOAD_VARIABLE(LOAD_GLOBAL)

OP(STORE_NAME) {
    VARIABLE = POP();
    NEXT();
}

OP(STORE_GLOBAL) {
    VARIABLE = POP();
    NEXT();
}
