// The way in, and the way out.

#ifdef MIXED

HOLE_WORD(HOLE_DISPATCH); // the table of the interpreter's functions

// ANCHOR: mixed
// Goes on in the interpreter, `index` instructions behind the function's first one.
//     INTERPRET(0)   =>   dispatch = …; … DISPATCH(ip->opcode);
#define INTERPRET(index)                                                              \
    do {                                                                              \
        dispatch = (const void *const *)WORD(HOLE_DISPATCH);                          \
        constants = frame->function->constants;                                       \
        instructions = frame->function->instructions;                                 \
        ip = instructions + (index);                                                  \
        DISPATCH(ip->opcode);                                                         \
    } while (0)

// Where the entry of a function leads that has no code.
OP(interpret_call) {
    INTERPRET(0);
}

// Where a frame returns to whose function has no code.
OP(interpret_after_call) {
    INTERPRET(frame->instruction + 1);
}

// Where an engine goes on in such a frame.
OP(interpret_here) {
    INTERPRET(frame->instruction);
}
// ANCHOR_END: mixed

#else
#ifdef INTERPRETER

// An ordinary C function, which saves the registers that its caller wants back.
Exit enter(Vm *vm, Frame *frame, Value *sp, Value *slots, const void *const *dispatch) {
    const Value *constants = frame->function->constants;
    const Instruction *instructions = frame->function->instructions;
    const Instruction *ip = instructions + frame->instruction;
    return ((Op *)dispatch[ip->opcode])(STATE);
}

#else

// ANCHOR: enter
// An ordinary C function, which saves the registers that its caller wants back.
Exit enter(Vm *vm, Frame *frame, Value *sp, Value *slots, Op *start) {
    return start(STATE);
}

// Where the module returns to: the frame below it is no frame.
OP(finish) {
    vm->frame = frame + 1;
    return EXIT_FINISHED;
}
// ANCHOR_END: enter

#endif
#endif
