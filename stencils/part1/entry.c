// The way in, and the way out.

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
