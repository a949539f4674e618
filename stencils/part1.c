// All stencils of Part I, as one translation unit: with -DINTERPRETER the
// functions of an interpreter, else stencils for a JIT.

#include "include/op.h"

#include "part1/stack.c"
#include "part1/operators.c"
#include "part1/control.c"
#include "part1/calls.c"
#include "part1/entry.c"
#include "part1/abi.c"
