// What every stencil is made of, whatever language it is for: how it is called,
// how it goes on, and how it says "to be filled in later". Chapter 2 of the book,
// "A function that never returns" and "What Clang believes".

#pragma once

#include <stdint.h>

// ANCHOR: convention
// A calling convention that passes twelve arguments in registers and preserves no
// register but rsp and rbp: all others belong to whoever runs (Clang's
// `preserve_none`). On x86-64 under Linux the first four arguments are in r12 to
// r15, which C functions give back unchanged.
#define STENCIL __attribute__((preserve_none))

// Goes on in another stencil instead of returning: one `jmp`, or a compile error.
//     TAIL next(vm, sp);   =>   __attribute__((musttail)) return next(vm, sp);
#define TAIL __attribute__((musttail)) return
// ANCHOR_END: convention

// Marks a condition that is hardly ever true, so that what it guards is laid out
// behind what is on the way.
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// Holes are symbols that nobody defines. Taking the address of one leaves a
// relocation in the object file, and there the value goes.
//
// The compiler believes that it knows something of a symbol's address: that it is
// not zero, is aligned as its type wants it (a function's to 4), is no other
// symbol's, and, if it is a function's, lies below 2^31 - 2^24. So a function's
// address is used for code to go to and for offsets, which are added and never
// looked at; all else goes through an empty `asm`, behind which the compiler knows
// nothing.

// ANCHOR: holes
// A distance in bytes between 0 and 2^31 - 2^24. It is added to a pointer, and
// never tested, compared or taken apart.
//     HOLE_OFFSET(X);   =>   extern void X(void);
//     OFFSET(X)         =>   (intptr_t)&X
#define HOLE_OFFSET(name) extern void name(void)
#define OFFSET(name) ((intptr_t)&name)

// Any 64 bits, of which nothing is known.
//     HOLE_WORD(X);     =>   extern char X[];
//     WORD(X)           =>   (uint64_t)X, but opaque
#define HOLE_WORD(name) extern char name[]
#define WORD(name) opaque((uint64_t)(name))

static inline __attribute__((always_inline)) uint64_t opaque(uint64_t word) {
    __asm__("" : "+r"(word));
    return word;
}
// ANCHOR_END: holes

// 32 bits, of which nothing is known.
//     HOLE_NUMBER(X);   =>   extern void X(void);
//     NUMBER(X)         =>   (uint32_t)&X, but opaque
#define HOLE_NUMBER(name) extern void name(void)
#define NUMBER(name) opaque_number((uint32_t)(uintptr_t)&name)

static inline __attribute__((always_inline)) uint32_t opaque_number(uint32_t number) {
    __asm__("" : "+r"(number));
    return number;
}

// Where the code of a hole is, as a value. In the large code model this has 64
// bits. In the others Clang believes that it has 32, so there we say it ourselves:
// how far the code is from here.
//     CODE_ADDRESS(X)   =>   (const void *)&X, or leaq X(%rip), …
#ifdef __code_model_large__
#define CODE_ADDRESS(name) ((const void *)&name)
#else
#define CODE_ADDRESS(name)                                                            \
    ({                                                                                \
        const void *address;                                                          \
        __asm__("leaq %c1(%%rip), %0" : "=r"(address) : "i"(&name));                  \
        address;                                                                      \
    })
#endif
