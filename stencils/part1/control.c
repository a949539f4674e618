// Jumps, loops, and where Ctrl-C is answered.

// Whether someone wants to be asked before the program goes on.
#define IS_WANTED() UNLIKELY(*vm->poll != 0)

SLOW_PATH(attend_at_entry) {
    switch (rt_attend(vm)) {
    case ATTENTION_RAISED:
        ERROR();
    case ATTENTION_HAND_OVER:
        HAND_OVER(INDEX + 1);
    default:
        NEXT();
    }
}

OP(RESUME) {
    if (IS_WANTED()) {
        GO_SLOW(attend_at_entry);
    }
    NEXT();
}

SLOW_PATH(attend_at_back_edge) {
    switch (rt_attend(vm)) {
    case ATTENTION_RAISED:
        ERROR();
    case ATTENTION_HAND_OVER:
        HAND_OVER(TARGET_INDEX);
    default:
        JUMP();
    }
}

OP(JUMP_BACKWARD) {
    if (IS_WANTED()) {
        GO_SLOW(attend_at_back_edge);
    }
    JUMP();
}

OP(JUMP_FORWARD) {
    JUMP();
}

OP(POP_JUMP_IF_FALSE) {
    if (POP() == VALUE_FALSE) {
        JUMP();
    }
    NEXT();
}

OP(POP_JUMP_IF_TRUE) {
    if (POP() == VALUE_TRUE) {
        JUMP();
    }
    NEXT();
}

OP(GET_ITER) {
    Value *arguments = OPERANDS_FROM_TOP;
    if (UNLIKELY(!rt_range_state(vm, arguments, OPERAND, RANGE))) {
        ERROR();
    }
    sp = arguments;
    NEXT();
}

OP(FOR_ITER) {
    RangeState *range = RANGE;
    if (range->remaining == 0) {
        JUMP();
    }
    range->remaining -= 2;
    Value number = range->next;
    // Behind the last number the sum may wrap; nobody will see it.
    range->next = number + range->step;
    PUSH(number);
    NEXT();
}
