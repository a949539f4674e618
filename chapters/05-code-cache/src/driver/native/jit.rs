//! The JIT as an engine: a VM's functions come from a cache. Chapter 5 of the book,
//! "Python moves in".
#![expect(unsafe_code, reason = "vouches for the machine code that it has linked")]

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use ch00_workbench::Listing;
use ch01_bytecode_vm::{CodeId, Engine, Exit, Frame, InstructionIndex, JitError, Program, Vm};
use ch02_stencils::CodeAddress;
use ch02_stencils::driver::run_from;
use ch03_relocations::driver::{list_code, list_hot_code};
use ch03_relocations::link::Step;
use ch04_executable_memory::Arena;
use ch04_executable_memory::driver::CompiledFunction;
use rustc_hash::FxHashSet;

use super::compiler::{FunctionCompiler, token};
use super::host::VmHost;
use super::shims::Shims;
use super::stubs::Question;
use super::templates::Templates;
use super::view::CacheView;
use crate::driver::options::{JitOptions, When};
use crate::mechanism::{
    CacheOptions, CodeCache, Found, FunctionStatistics, Host, NoHost, Refused, Statistics,
};

/// The engine that runs a program from a cache. The cache is for one VM at a time: when
/// another one is resumed, all that points to code is written anew.
#[derive(Debug)]
pub struct Jit {
    state: Rc<State>,
}

/// What the stub asks.
#[derive(Debug)]
pub(super) struct State {
    pub(super) program: Arc<Program>,
    templates: Arc<Templates>,
    pub(super) options: JitOptions,
    pub(super) shims: Shims,
    pub(super) cache: RefCell<CodeCache<FunctionCompiler>>,
    /// Functions that will never have code.
    interpreted: RefCell<FxHashSet<CodeId>>,
    /// The module's frame of the VM whose entries these are.
    home: Cell<*mut Frame>,
    /// Why there is no code that there should be.
    pub(super) trouble: RefCell<Option<JitError>>,
}

impl Jit {
    /// An engine for a program that compiles nothing yet, or, if it is eager, all.
    ///
    /// # Errors
    /// When the system gives no memory, or does not let it be executed.
    pub fn new(
        program: Arc<Program>,
        templates: Arc<Templates>,
        arena: Arc<Arena>,
        options: JitOptions,
    ) -> Result<Jit, JitError> {
        let compiler = FunctionCompiler::new(Arc::clone(&program), Arc::clone(&templates.stencils));
        Self::with_compiler(program, templates, arena, options, compiler)
    }

    /// The same, with this compiler of the program.
    pub(super) fn with_compiler(
        program: Arc<Program>,
        templates: Arc<Templates>,
        arena: Arc<Arena>,
        options: JitOptions,
        compiler: FunctionCompiler,
    ) -> Result<Jit, JitError> {
        let mut state = Rc::<State>::new_uninit();
        let question =
            Question { cache: Rc::as_ptr(&state) as u64, enter: cache_enter as *const () as u64 };
        let shims = Shims::new(&templates, &arena, question)?;
        let cache = cache(arena, compiler, &templates, options);
        let new = State::new(program, templates, options, shims, cache);
        Rc::get_mut(&mut state).expect("nobody else has it").write(new);
        // SAFETY: it has been written.
        let jit = Jit { state: unsafe { state.assume_init() } };
        if options.when == When::Eager {
            jit.compile_all()?;
        }
        Ok(jit)
    }

    /// A view of the cache, which can be kept while the engine runs.
    #[must_use]
    pub fn view(&self) -> CacheView {
        CacheView::new(Rc::clone(&self.state))
    }

    /// Compiles what has no code, as far as there is room.
    ///
    /// # Errors
    /// When the system gives no memory, or a function would have 2 GiB of code or more.
    pub fn compile_all(&self) -> Result<(), JitError> {
        let codes = (0..self.state.program.codes().len() as u32).map(CodeId);
        let compiled = self.state.cache.borrow_mut().compile_all(codes);
        self.state.home.set(ptr::null_mut());
        compiled.map(drop).map_err(jit_error)
    }

    /// Throws the code of a function away, wherever the VM is in it; the interpreter goes
    /// on in its frames. Returns whether there was some.
    ///
    /// # Safety
    /// The VM has handed over, has not started or has ended; its frames are those of this
    /// engine, which has been the last to run it.
    pub unsafe fn invalidate(&self, code: CodeId, vm: &Vm<'_>) -> bool {
        self.state.leave_home_for(vm);
        // SAFETY: passed on.
        let host = unsafe { self.state.host(vm) };
        self.state.cache.borrow_mut().invalidate(token(code), &host) > 0
    }

    /// Throws all code away to which the VM will not return. Returns how much that was.
    ///
    /// # Safety
    /// As for [`invalidate`](Self::invalidate).
    pub unsafe fn evict_all(&self, vm: &Vm<'_>) -> usize {
        self.state.leave_home_for(vm);
        // SAFETY: passed on.
        let host = unsafe { self.state.host(vm) };
        self.state.cache.borrow_mut().evict_all(&host)
    }

    /// What the cache has done so far, and what it holds.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.state.cache.borrow().statistics()
    }

    /// What the cache knows of a function.
    #[must_use]
    pub fn function_statistics(&self, code: CodeId) -> FunctionStatistics {
        self.state.cache.borrow().function_statistics(code)
    }

    /// Where the code is.
    #[must_use]
    pub fn arena(&self) -> Arc<Arena> {
        Arc::clone(self.state.cache.borrow().arena())
    }

    /// The code of the functions that have some, with names for addresses.
    #[must_use]
    pub fn listing(&self) -> Listing {
        let cache = self.state.cache.borrow();
        let codes = (0..self.state.program.codes().len() as u32).map(CodeId);
        let found = codes.filter_map(|code| Some((code, cache.get(code)?)));
        let functions = found.map(|(code, it)| (code, it.what.map(), it.code.bytes()));
        list_code(&self.state.program, &self.state.templates.stencils, functions)
    }

    /// The hot code of some instructions of a function, if it has code.
    #[must_use]
    pub fn excerpt(&self, code: CodeId, instructions: Range<usize>) -> Option<Listing> {
        let cache = self.state.cache.borrow();
        let Found { code: bytes, what } = cache.get(code)?;
        let State { program, templates, .. } = &*self.state;
        let function = (code, what.map(), bytes.bytes());
        Some(list_hot_code(program, &templates.stencils, function, instructions))
    }

    /// How many bytes the hot and the cold parts of all instructions have that have code.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        let cache = self.state.cache.borrow();
        let codes = (0..self.state.program.codes().len() as u32).map(CodeId);
        let maps = codes.filter_map(|code| Some(cache.get(code)?.what.map()));
        maps.fold((0, 0), |(hot, cold), map| (hot + map.hot_size(), cold + map.cold_size()))
    }
}

impl State {
    fn new(
        program: Arc<Program>,
        templates: Arc<Templates>,
        options: JitOptions,
        shims: Shims,
        cache: CodeCache<FunctionCompiler>,
    ) -> State {
        State {
            program,
            templates,
            options,
            shims,
            cache: RefCell::new(cache),
            interpreted: RefCell::default(),
            home: Cell::new(ptr::null_mut()),
            trouble: RefCell::default(),
        }
    }

    /// Something will be done to a VM's entries. If that is not the one whose entries are
    /// kept up, those have to be written again.
    fn leave_home_for(&self, vm: &Vm<'_>) {
        if self.home.get() != vm.module_frame() {
            self.home.set(ptr::null_mut());
        }
    }

    /// # Safety
    /// As for [`VmHost::new`].
    unsafe fn host<'a, 'io>(&'a self, vm: &'a Vm<'io>) -> VmHost<'a, 'io> {
        // SAFETY: passed on.
        unsafe { VmHost::new(vm, &self.shims) }
    }

    /// Where a function is entered.
    fn way_in(&self, code: CodeId) -> CodeAddress {
        if self.is_interpreted(code) {
            return self.shims.interpret_call;
        }
        self.cache.borrow().way_in(code).unwrap_or(self.shims.find_code)
    }

    /// Whether a function will never have code.
    fn is_interpreted(&self, code: CodeId) -> bool {
        self.options.when == When::Off || self.interpreted.borrow().contains(&code)
    }

    /// The code of an instruction, if there is some.
    fn address(&self, code: CodeId, instruction: InstructionIndex) -> Option<CodeAddress> {
        let cache = self.cache.borrow();
        cache.get(code).map(|found| address_in(&found, instruction))
    }

    // ANCHOR: take_over
    /// Has all that another engine may have written lead to where this one wants it:
    /// the return addresses, and the entries, unless these are still ours.
    fn take_over(&self, vm: &Vm<'_>) {
        // SAFETY: nothing is running yet. The return addresses are written first of all.
        let host = unsafe { self.host(vm) };
        host.set_return_addresses(|code, next| self.address(code, next));
        let owner = ptr::from_ref(self).cast();
        if self.home.get() == vm.module_frame() && vm.entries_owner() == owner {
            return;
        }
        for code in (0..self.program.codes().len() as u32).map(CodeId) {
            host.set_entry(code, Some(self.way_in(code)));
        }
        // SAFETY: this has written all of them.
        unsafe { vm.claim_entries(owner) };
        self.home.set(vm.module_frame());
    }
    // ANCHOR_END: take_over

    /// The code to go on with in the running frame.
    fn start(&self, vm: &Vm<'_>) -> CodeAddress {
        let code = vm.running_code();
        // SAFETY: the running frame is the VM's.
        let instruction = unsafe { (*vm.frame()).instruction };
        if self.is_interpreted(code) {
            return self.shims.interpret_here;
        }
        // SAFETY: nothing is running yet, and the return addresses are ours.
        let host = unsafe { self.host(vm) };
        let mut cache = self.cache.borrow_mut();
        if instruction == InstructionIndex(0) {
            cache.count_visit(code);
        }
        match cache.find(code, &host) {
            Ok(found) => address_in(&found, instruction),
            Err(error) => {
                drop(cache);
                self.give_up(code, error, &host);
                self.shims.interpret_here
            }
        }
    }

    // ANCHOR: call
    /// Where to go on in a function that is being called.
    fn call(&self, vm: &Vm<'_>) -> CodeAddress {
        let code = vm.running_code();
        // SAFETY: the stub is running, which is no code of the cache, and whoever has
        // called has written where to return.
        let host = unsafe { self.host(vm) };
        let entered = self.cache.borrow_mut().enter(code, &host);
        entered.unwrap_or_else(|error| {
            self.give_up(code, error, &host);
            self.shims.interpret_call
        })
    }
    // ANCHOR_END: call

    /// Has a function interpreted for as long as there is no use in asking again.
    fn give_up(&self, code: CodeId, error: Refused<JitError>, host: &VmHost<'_, '_>) {
        // If calls are counted, each has to come by.
        if !self.options.counts_calls {
            let way = if error.is_final() {
                self.interpreted.borrow_mut().insert(code);
                self.shims.interpret_call
            } else {
                host.set_calls_to_pass(code, self.cache.borrow_mut().take_patience(code));
                self.shims.let_pass
            };
            host.set_entry(code, Some(way));
        }
        if let Refused::Memory { .. } | Refused::Compile(_) = error {
            self.trouble.borrow_mut().get_or_insert_with(|| jit_error(error));
        }
    }
}

/// An empty cache.
fn cache(
    arena: Arc<Arena>,
    compiler: FunctionCompiler,
    templates: &Templates,
    JitOptions { budget, is_stressed, counts_calls, .. }: JitOptions,
) -> CodeCache<FunctionCompiler> {
    let mut cache = CodeCache::new(arena, compiler, CacheOptions { budget, is_stressed });
    if counts_calls {
        cache.count_calls(templates.stubs.count_call());
    }
    cache
}

fn address_in(found: &Found<'_, CompiledFunction>, next: InstructionIndex) -> CodeAddress {
    found.code.address(found.what.map().entry(Step(next.0)))
}

/// `cache_enter` in `stencils/stubs.c`.
extern "sysv64" fn cache_enter(state: &State, vm: &mut Vm<'_>) -> CodeAddress {
    state.call(vm)
}

/// The error of chapter 1 for one of the cache's.
fn jit_error(error: Refused<JitError>) -> JitError {
    match error {
        Refused::Compile(error) => error,
        Refused::Memory { bytes, reason } => JitError::Memory { bytes, reason: reason.into() },
        error => panic!("calls have veneers, and the budget is no error: {error:?}"),
    }
}

impl Engine for Jit {
    fn resume(&mut self, vm: &mut Vm<'_>) -> Exit {
        let state = &*self.state;
        vm.assert_running();
        assert!(ptr::eq(vm.program(), &*state.program), "the code is another program's");
        state.take_over(vm);
        let start = state.start(vm);
        // SAFETY: the linker has put the stencil of each instruction there, whose holes
        // hold labels of the same code, and addresses of the runtime, whose functions
        // abort when they panic. Entries and return addresses lead to such code, to a
        // stub, or to the interpreter, and code is freed when none of them leads there.
        // That it does with the VM what verified instructions say is what whoever
        // supplies the objects vouches for; the loaders have compared the layout and
        // looked at the holes.
        unsafe { run_from(start, state.shims.enter, vm) }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        // SAFETY: nobody runs the code, as that borrows this. Frames and entries that
        // lead to it get other addresses from whoever resumes their VM.
        unsafe {
            self.cache.get_mut().free_all(&NoHost::new());
            self.shims.free();
        }
    }
}
