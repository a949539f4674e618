// Operators. Here they work on integers, as long as the result has 63 bits; the
// runtime does the rest. A word is twice its number, so that sums and bitwise
// results come out right by themselves, and 64-bit overflow is 63-bit overflow.

// Replaces the top by what the runtime makes of it.
//     SLOW_UNARY(slow_negative, rt_unary_negative)   =>   SLOW_PATH(slow_negative) { … }
#define SLOW_UNARY(name, rt_function)                                                 \
    SLOW_PATH(name) {                                                                 \
        Value result = rt_function(vm, TOP);                                          \
        if (UNLIKELY(result == VALUE_NULL)) {                                         \
            ERROR();                                                                  \
        }                                                                             \
        TOP = result;                                                                 \
        NEXT();                                                                       \
    }

SLOW_UNARY(slow_negative, rt_unary_negative)
SLOW_UNARY(slow_invert, rt_unary_invert)
SLOW_UNARY(slow_positive, rt_unary_positive)

// Truth cannot raise.
SLOW_PATH(slow_to_bool) {
    TOP = BOOL(rt_truth(vm, TOP));
    NEXT();
}

OP(UNARY_NEGATIVE) {
    int64_t result;
    if (UNLIKELY(!IS_INT(TOP) || __builtin_sub_overflow(0, (int64_t)TOP, &result))) {
        GO_SLOW(slow_negative);
    }
    TOP = (Value)result;
    NEXT();
}

OP(UNARY_INVERT) {
    if (UNLIKELY(!IS_INT(TOP))) {
        GO_SLOW(slow_invert);
    }
    TOP ^= ~(Value)1;
    NEXT();
}

OP(UNARY_NOT) {
    TOP = BOOL(TOP == VALUE_FALSE);
    NEXT();
}

// Of the intrinsic functions only unary plus is in use.
OP(CALL_INTRINSIC_1) {
    if (UNLIKELY(!IS_INT(TOP))) {
        GO_SLOW(slow_positive);
    }
    NEXT();
}

OP(TO_BOOL) {
    Value value = TOP;
    if (value == VALUE_TRUE || value == VALUE_FALSE) {
        NEXT();
    }
    if (UNLIKELY(!IS_INT(value) && value != VALUE_NONE)) {
        GO_SLOW(slow_to_bool);
    }
    TOP = BOOL(value != 0 && value != VALUE_NONE);
    NEXT();
}

// ANCHOR: slow_binary
// Replaces the two topmost operands by what the runtime makes of them.
//     SLOW_BINARY(slow_compare, rt_compare_op)   =>   SLOW_PATH(slow_compare) { … }
#define SLOW_BINARY(name, rt_function)                                                \
    SLOW_PATH(name) {                                                                 \
        Value result = rt_function(vm, OPERAND, SECOND, TOP);                         \
        if (UNLIKELY(result == VALUE_NULL)) {                                         \
            ERROR();                                                                  \
        }                                                                             \
        SECOND = result;                                                              \
        sp -= 1;                                                                      \
        NEXT();                                                                       \
    }
// ANCHOR_END: slow_binary

SLOW_BINARY(slow_binary_op, rt_binary_op)
SLOW_BINARY(slow_compare_op, rt_compare_op)
SLOW_BINARY(slow_is_op, rt_is_op)

// The fast case of each operator: whether it is one, and its result.
#define FAST static inline __attribute__((always_inline)) _Bool

// ANCHOR: add
FAST add(Value left, Value right, Value *result) {
    return BOTH_INT(left, right) &&
           !__builtin_add_overflow((int64_t)left, (int64_t)right, (int64_t *)result);
}
// ANCHOR_END: add

FAST subtract(Value left, Value right, Value *result) {
    return BOTH_INT(left, right) &&
           !__builtin_sub_overflow((int64_t)left, (int64_t)right, (int64_t *)result);
}

// Only one factor is twice its number.
FAST multiply(Value left, Value right, Value *result) {
    return BOTH_INT(left, right) &&
           !__builtin_mul_overflow((int64_t)left >> 1, (int64_t)right, (int64_t *)result);
}

// The remainder has the sign of the divisor, which is positive here.
FAST remainder(Value left, Value right, Value *result) {
    if (!BOTH_INT(left, right) || (int64_t)right <= 0) {
        return 0;
    }
    int64_t remainder = (int64_t)left % (int64_t)right;
    *result = (Value)(remainder < 0 ? remainder + (int64_t)right : remainder);
    return 1;
}

// The quotient is rounded toward negative infinity.
FAST floor_divide(Value left, Value right, Value *result) {
    if (!BOTH_INT(left, right) || (int64_t)right <= 0) {
        return 0;
    }
    int64_t quotient = (int64_t)left / (int64_t)right;
    int64_t remainder = (int64_t)left % (int64_t)right;
    *result = (Value)(quotient - (remainder < 0)) << 1;
    return 1;
}

FAST and(Value left, Value right, Value *result) {
    *result = left & right;
    return BOTH_INT(left, right);
}

FAST or(Value left, Value right, Value *result) {
    *result = left | right;
    return BOTH_INT(left, right);
}

FAST xor(Value left, Value right, Value *result) {
    *result = left ^ right;
    return BOTH_INT(left, right);
}

// Shifts of a whole word and more are for the runtime.
FAST left_shift(Value left, Value right, Value *result) {
    if (!BOTH_INT(left, right) || right >= 2 * 64) {
        return 0;
    }
    *result = left << (right >> 1);
    return (int64_t)*result >> (right >> 1) == (int64_t)left;
}

FAST right_shift(Value left, Value right, Value *result) {
    if (!BOTH_INT(left, right) || right >= 2 * 64) {
        return 0;
    }
    *result = (Value)((int64_t)left >> (right >> 1)) & ~(Value)1;
    return 1;
}

// A power is never fast.
FAST power(Value left, Value right, Value *result) {
    (void)left, (void)right, (void)result;
    return 0;
}

// ANCHOR: binary
// An operator with the name of its fast case.
//     BINARY(ADD, add)   =>   OP(BINARY_OP_ADD) { … if (add(left, right, &result)) … }
#define BINARY(name, fast)                                                            \
    OP(BINARY_OP_##name) {                                                            \
        Value left = SECOND, right = TOP, result;                                     \
        if (UNLIKELY(!fast(left, right, &result))) {                                  \
            GO_SLOW(slow_binary_op);                                                  \
        }                                                                             \
        SECOND = result;                                                              \
        sp -= 1;                                                                      \
        NEXT();                                                                       \
    }
// ANCHOR_END: binary

VARIANTS(BINARY_OP)
BINARY(ADD, add)
BINARY(AND, and)
BINARY(FLOOR_DIVIDE, floor_divide)
BINARY(LEFT_SHIFT, left_shift)
BINARY(MULTIPLY, multiply)
BINARY(REMAINDER, remainder)
BINARY(OR, or)
BINARY(POWER, power)
BINARY(RIGHT_SHIFT, right_shift)
BINARY(SUBTRACT, subtract)
BINARY(XOR, xor)

// A comparison by value.
//     COMPARE(LESS, <)   =>   OP(COMPARE_OP_LESS) { … BOOL(left < right) … }
#define COMPARE(name, operator)                                                       \
    OP(COMPARE_OP_##name) {                                                           \
        Value left = SECOND, right = TOP;                                             \
        if (UNLIKELY(!BOTH_INT(left, right))) {                                       \
            GO_SLOW(slow_compare_op);                                                 \
        }                                                                             \
        SECOND = BOOL((int64_t)left operator(int64_t) right);                         \
        sp -= 1;                                                                      \
        NEXT();                                                                       \
    }

VARIANTS(COMPARE_OP)
COMPARE(LESS, <)
COMPARE(LESS_EQUAL, <=)
COMPARE(EQUAL, ==)
COMPARE(NOT_EQUAL, !=)
COMPARE(GREATER, >)
COMPARE(GREATER_EQUAL, >=)

// Whether equal words are one object in CPython, the runtime knows; None and the
// bools are, and different words never are.
OP(IS_OP) {
    Value left = SECOND, right = TOP;
    _Bool is_single = left == VALUE_NONE || left == VALUE_TRUE || left == VALUE_FALSE;
    if (UNLIKELY(left == right && !is_single)) {
        GO_SLOW(slow_is_op);
    }
    // The operand is 1 for `is not`.
    SECOND = BOOL((left == right) != (OPERAND == 1));
    sp -= 1;
    NEXT();
}
