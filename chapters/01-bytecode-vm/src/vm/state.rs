//! The VM itself.
#![expect(unsafe_code, reason = "reads and writes frames and slots through raw pointers")]

mod entries;

use std::cell::Cell;
use std::ffi::c_void;
use std::io::{self, Write};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::frame::{Frame, Function};
use super::memory::{Region, Zeroed};
use crate::code::{CodeObject, InstructionIndex, MAX_FRAME_SLOTS, Program};
use crate::exception::{Exception, ExceptionClass, Outcome, Raised};
use crate::output::Output;
use crate::value::{Builtin, CodeId, FunctionId, Kind, StringId, Value};

/// The most frames there may be, the module's included: CPython's recursion limit.
pub const MAX_FRAMES: usize = 1000;

/// Slots below the module's first one. Returning puts the result two slots
/// below the callee's first; the module's own result goes here.
const RESULT_SLOTS: usize = 2;

/// What `poll` holds when the user has pressed Ctrl-C.
pub(crate) const INTERRUPTED: usize = 2;
/// What `poll` holds when someone wants to be asked whether to hand over.
const HAND_OVER: usize = 1;

// SAFETY: a value is a word, and the word 0 is the integer 0; neither type has a destructor.
unsafe impl Zeroed for Value {}
// SAFETY: null pointers and the instruction 0 are valid where nobody uses the frame.
unsafe impl Zeroed for Frame {}

// ANCHOR: vm
/// A virtual machine that runs one program once.
///
/// The first fields are what compiled code uses; [`LAYOUT`](super::LAYOUT) says
/// where they are.
#[repr(C)]
pub struct Vm<'io> {
    /// The frame that is running.
    pub(crate) frame: *mut Frame,
    /// One past the last frame that there may be. A call that would get here
    /// raises `RecursionError`.
    pub(crate) frames_end: *mut Frame,
    /// Not 0 when someone wants [`attend`](Vm::attend) to be called, which
    /// engines do at function entries and back edges.
    pub(crate) poll: *const AtomicUsize,
    /// The module's variables, by index of their name.
    pub(crate) variables: *mut Value,
    /// The functions, by number; the first one is the module.
    pub(crate) functions: *mut Function,
    owned: Owned<'io>,
}
// ANCHOR_END: vm

/// What only Rust uses, and what owns the memory that the pointers go to.
struct Owned<'io> {
    program: Arc<Program>,
    poll: Arc<AtomicUsize>,
    frames: Region<Frame>,
    slots: Region<Value>,
    _variables: Region<Value>,
    functions: *mut [Function],
    entries_owner: Cell<*const c_void>,
    exception: Option<Exception>,
    has_ended: bool,
    output: Output<'io>,
    hand_over: Option<Box<dyn FnMut() -> bool>>,
}

/// Why there is no VM for a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VmError {
    /// The system does not give as much memory as the stack may need.
    #[error("no memory for a stack of {bytes} bytes; a function with fewer variables needs less")]
    Memory {
        /// How much was asked for.
        bytes: usize,
    },
}

/// What an engine has to do after it asked [`Vm::attend`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Go on.
    Continue,
    /// Put the frame into its canonical state and hand over.
    HandOver,
}

impl<'io> Vm<'io> {
    /// A VM that is about to execute the first instruction of `program`'s module.
    ///
    /// `out` is the program's standard output; `by_line` says that each line is
    /// to be written at once.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn new(
        program: Arc<Program>,
        out: &'io mut dyn Write,
        by_line: bool,
    ) -> Result<Self, VmError> {
        let largest = program.codes().iter().map(CodeObject::frame_slots).max().unwrap_or(0);
        debug_assert!(largest <= MAX_FRAME_SLOTS, "the program was verified");
        let slot_count = RESULT_SLOTS + largest as usize * MAX_FRAMES;
        let no_memory = || VmError::Memory { bytes: slot_count * size_of::<Value>() };
        let slots = Region::zeroed(slot_count).ok_or_else(no_memory)?;
        let frames: Region<Frame> = Region::zeroed(1 + MAX_FRAMES).ok_or_else(no_memory)?;
        let module_frame = frames.start().wrapping_add(1);
        let variables: Region<Value> =
            Region::zeroed(program.names().len()).ok_or_else(no_memory)?;
        let functions =
            (0..).map(CodeId).zip(program.codes()).map(|(id, code)| Function::new(id, code));
        let functions: *mut [Function] = Box::into_raw(functions.collect());
        let poll = Arc::new(AtomicUsize::new(0));

        let mut vm = Vm {
            frame: module_frame,
            frames_end: module_frame.wrapping_add(MAX_FRAMES),
            poll: Arc::as_ptr(&poll),
            variables: variables.start(),
            functions: functions.cast(),
            owned: Owned {
                program,
                output: Output::new(out, by_line, Arc::clone(&poll)),
                poll,
                frames,
                slots,
                _variables: variables,
                functions,
                entries_owner: Cell::new(ptr::null()),
                exception: None,
                has_ended: false,
                hand_over: None,
            },
        };
        vm.bind_builtins();
        vm.push_module_frame();
        Ok(vm)
    }

    /// Built-ins are module variables that nobody has bound yet. As nothing can
    /// be unbound, no lookup has to go on from the module to the built-ins.
    fn bind_builtins(&mut self) {
        let main = self.owned.program.strings().iter().position(|text| text == "__main__");
        for (index, name) in self.owned.program.names().iter().enumerate() {
            let builtin = Builtin::ALL.into_iter().find(|builtin| builtin.name() == name);
            let value = match (builtin, main) {
                (Some(builtin), _) => Value::builtin(builtin),
                (None, Some(main)) if name == "__name__" => Value::str(StringId(main as u32)),
                _ => Value::NULL,
            };
            // SAFETY: there is a variable for every name.
            unsafe { *self.variables.add(index) = value };
        }
    }

    fn push_module_frame(&mut self) {
        let frame = Frame {
            slots: self.owned.slots.start().wrapping_add(RESULT_SLOTS),
            function: self.functions,
            instruction: InstructionIndex(0),
            return_address: ptr::null(),
            engine: ptr::null_mut(),
        };
        // SAFETY: there is room for `MAX_FRAMES` frames, of which this is the first.
        unsafe { self.frame.write(frame) };
    }

    /// What an engine calls before it goes on.
    ///
    /// # Panics
    /// When the program has ended: there is nothing to go on with.
    pub fn assert_running(&self) {
        assert!(!self.owned.has_ended, "a program that has ended cannot be resumed");
    }

    /// What an engine calls when the module has returned or an exception was raised.
    pub fn end(&mut self) {
        self.owned.has_ended = true;
    }

    /// The program that this runs.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.owned.program
    }

    /// The frame that is running. Its memory stays valid as long as the VM; an
    /// engine that writes to it has to keep it canonical.
    #[must_use]
    pub fn frame(&self) -> *mut Frame {
        self.frame
    }

    /// Makes another frame the running one.
    ///
    /// # Safety
    /// `frame` must be one of this VM's and hold a canonical state, and so must
    /// all frames below it: their functions and slots are this VM's, and each
    /// has the operands that its instruction needs.
    pub unsafe fn set_frame(&mut self, frame: *mut Frame) {
        self.frame = frame;
    }

    /// The module's frame, the first one. Below it lies one more, which has no
    /// function and never runs: what compiled code finds there when the module
    /// returns is the return address that its engine has put there.
    #[inline(always)]
    #[must_use]
    pub fn module_frame(&self) -> *mut Frame {
        self.owned.frames.start().wrapping_add(1)
    }

    /// The function with a number.
    ///
    /// # Panics
    /// When the number is that of a function of another VM.
    #[inline(always)]
    #[must_use]
    pub fn function(&self, id: FunctionId) -> &Function {
        assert!((id.0 as usize) < self.owned.functions.len(), "no such function in this VM");
        // SAFETY: `functions` points at as many functions. What changes in them is atomic.
        unsafe { &*self.functions.add(id.0 as usize) }
    }

    /// The code object of a function.
    #[must_use]
    pub fn code(&self, id: FunctionId) -> &CodeObject {
        self.owned.program.code(self.function(id).code)
    }

    /// Notes that `def` has made a function of a code object.
    pub(crate) fn make_function(&self, code: CodeId) -> Value {
        let id = FunctionId(code.0);
        let times = &self.function(id).times_made;
        times.store(times.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed);
        Value::function(id)
    }

    /// The value of a module variable; NULL if it is not bound.
    ///
    /// # Panics
    /// When the program has no name with this index.
    #[must_use]
    pub fn variable(&self, name: u32) -> Value {
        assert!((name as usize) < self.owned.program.names().len(), "no name {name}");
        // SAFETY: there is a variable for every name.
        unsafe { *self.variables.add(name as usize) }
    }

    /// The frames from the module's to the one that is running.
    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        // SAFETY: both point into the frames' memory, `frame` not before the first.
        let count = unsafe { self.frame.offset_from(self.module_frame()) } + 1;
        // SAFETY: the frames up to `frame` have been written.
        (0..count).map(|index| unsafe { &*self.module_frame().offset(index) })
    }

    /// The number of the code object that is running.
    #[inline(always)]
    #[must_use]
    pub fn running_code(&self) -> CodeId {
        // SAFETY: the running frame is one of this VM's, and so is its function.
        unsafe { (*(*self.frame).function).code }
    }

    /// The code object of a frame, which is one of this VM's.
    pub(crate) fn frame_code(&self, frame: &Frame) -> &CodeObject {
        // SAFETY: a frame's function is one of this VM's.
        self.owned.program.code(unsafe { (*frame.function).code })
    }

    /// The names and values of the bound local variables of a frame of this VM.
    pub(crate) fn bound_locals<'a>(
        &'a self,
        frame: &'a Frame,
    ) -> impl Iterator<Item = (&'a str, Value)> {
        // SAFETY: a frame has a slot for each of its local variables.
        let value = |slot| unsafe { *frame.slots.add(slot) };
        let locals = self.frame_code(frame).locals.iter().enumerate();
        locals
            .map(move |(slot, name)| (name.as_str(), value(slot)))
            .filter(|(_, value)| !value.is_null())
    }

    /// Raises an exception: it waits in the VM until somebody takes it.
    #[cold]
    pub fn raise(&mut self, class: ExceptionClass, message: impl Into<String>) -> Raised {
        self.raise_exception(Exception { class, message: message.into(), name: None })
    }

    #[cold]
    pub(crate) fn raise_exception(&mut self, exception: Exception) -> Raised {
        debug_assert!(self.owned.exception.is_none(), "the first exception ends the program");
        self.owned.exception = Some(exception);
        Raised
    }

    /// The exception that was raised.
    #[must_use]
    pub fn exception(&self) -> Option<&Exception> {
        self.owned.exception.as_ref()
    }

    /// Prints a line.
    pub(crate) fn print(&mut self, line: &str) -> Outcome<()> {
        let written = self.owned.output.write_line(line);
        written.map_err(|error| self.raise_exception(Exception::from_io(&error)))
    }

    /// Writes what has been printed and is still buffered.
    ///
    /// # Errors
    /// The system's, when it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.owned.output.flush()
    }

    /// The word behind [`poll`](Vm::poll).
    #[inline(always)]
    pub(crate) fn poll_word(&self) -> &AtomicUsize {
        // SAFETY: `owned.poll` keeps it alive.
        unsafe { &*self.poll }
    }

    /// Where a signal handler stores [`interrupt_word`](Self::interrupt_word) to
    /// raise `KeyboardInterrupt` at the next function entry or back edge.
    #[must_use]
    pub fn poll_cell(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.owned.poll)
    }

    /// What to store in [`poll_cell`](Self::poll_cell).
    #[must_use]
    pub fn interrupt_word() -> usize {
        INTERRUPTED
    }

    /// Asks `decide` at every function entry and back edge whether the engine
    /// shall hand over there.
    pub fn set_hand_over(&mut self, decide: impl FnMut() -> bool + 'static) {
        self.owned.hand_over = Some(Box::new(decide));
        self.owned.poll.fetch_max(HAND_OVER, Ordering::Relaxed);
    }

    /// What an engine calls when it finds that `poll` is not 0.
    ///
    /// # Errors
    /// `KeyboardInterrupt`, when the user has pressed Ctrl-C.
    #[cold]
    pub fn attend(&mut self) -> Outcome<Attention> {
        if self.owned.poll.load(Ordering::Relaxed) == INTERRUPTED {
            return Err(self.raise(ExceptionClass::KeyboardInterrupt, ""));
        }
        let hand_over = self.owned.hand_over.as_mut().is_some_and(|decide| decide());
        Ok(if hand_over { Attention::HandOver } else { Attention::Continue })
    }

    /// The name of a value's type, as messages have it.
    pub(crate) fn type_name(value: Value) -> &'static str {
        match value.kind() {
            Kind::None => "NoneType",
            Kind::Bool(_) => "bool",
            Kind::Int(_) => "int",
            Kind::Str(_) => "str",
            Kind::Function(_) => "function",
            Kind::Builtin(Builtin::Range) => "type",
            Kind::Builtin(_) => "builtin_function_or_method",
            Kind::Null | Kind::Code(_) => unreachable!("no program sees {value:?}"),
        }
    }
}

impl Drop for Vm<'_> {
    fn drop(&mut self) {
        // SAFETY: `new` made it of a box, and nobody refers to a function any more.
        drop(unsafe { Box::from_raw(self.owned.functions) });
    }
}
