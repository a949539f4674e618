// What this object believes about the VM: a table that the loader reads and compares
// with what Rust says. Chapter 2 of the book, "Two compilers, one layout".

// A name, filled up with zeros, and a value: an offset or a size in bytes, or a
// constant.
typedef struct AbiRow {
    char name[32];
    uint64_t value;
} AbiRow;

// ANCHOR: abi
//     FIELD(Vm, frame)           =>   {"Vm.frame", offsetof(Vm, frame)}
//     SIZE(Frame)                =>   {"Frame.size", sizeof(Frame)}
//     CONSTANT_OF(VALUE, NONE)   =>   {"VALUE.NONE", VALUE_NONE}
#define FIELD(type, field) {#type "." #field, offsetof(type, field)}
#define SIZE(type) {#type ".size", sizeof(type)}
#define CONSTANT_OF(group, name) {#group "." #name, group##_##name}

const AbiRow abi[] = {
    FIELD(Vm, frame),
    FIELD(Vm, frames_end),
    // ANCHOR_END: abi
    FIELD(Vm, poll),
    FIELD(Vm, variables),
    FIELD(Vm, functions),
    FIELD(Frame, slots),
    FIELD(Frame, function),
    FIELD(Frame, instruction),
    FIELD(Frame, return_address),
    FIELD(Frame, engine),
    SIZE(Frame),
    FIELD(Function, entry),
    FIELD(Function, engine),
    FIELD(Function, instructions),
    FIELD(Function, constants),
    FIELD(Function, parameters),
    FIELD(Function, locals),
    FIELD(Function, stack_base),
    SIZE(Function),
    FIELD(Instruction, opcode),
    FIELD(Instruction, slot),
    FIELD(Instruction, operand),
    SIZE(Instruction),
    FIELD(RangeState, next),
    FIELD(RangeState, step),
    FIELD(RangeState, remaining),
    CONSTANT_OF(VALUE, NULL),
    CONSTANT_OF(VALUE, NONE),
    CONSTANT_OF(VALUE, FALSE),
    CONSTANT_OF(VALUE, TRUE),
    CONSTANT_OF(VALUE, FUNCTION),
    CONSTANT_OF(VALUE, FUNCTION_SHIFT),
    CONSTANT_OF(EXIT, FINISHED),
    CONSTANT_OF(EXIT, RAISED),
    CONSTANT_OF(EXIT, HANDED_OVER),
    CONSTANT_OF(ATTENTION, CONTINUE),
    CONSTANT_OF(ATTENTION, HAND_OVER),
    CONSTANT_OF(ATTENTION, RAISED),
#ifdef INTERPRETER
    CONSTANT_OF(VARIANTS, BINARY_OP),
    CONSTANT_OF(VARIANTS, COMPARE_OP),
#endif
};
