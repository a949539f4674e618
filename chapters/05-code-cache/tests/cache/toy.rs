//! A toy compiler. A function is a row of numbers that it writes one over the other, so
//! that any size can be had; the last one stays. It can call its caller in between.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use ch02_stencils::{CodeOffset, HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{CodeMap, HoleResolver, Image, Library, Step, Values};
use ch03_relocations::{Role, Symbols};
use ch04_executable_memory::Describe;
use ch05_code_cache::{Compiler, Token};

use crate::shop::call_back;

const OBJECT: &[u8] =
    include_bytes!("../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/tape-medium.o");

/// What the stencils leave open. Numbers are outside of the code here: then it is the
/// cache that asks for them.
const SYMBOLS: [(&str, Role); 6] = [
    ("HOLE_NEXT", Role::Next),
    ("HOLE_BEGIN", Role::Label),
    ("HOLE_END", Role::Label),
    ("HOLE_DIGIT", Role::Outside),
    ("HOLE_COUNTER", Role::Outside),
    ("tape_print", Role::Outside),
];

/// How many bytes a function has that writes so many numbers: whole lines of 16.
pub(crate) fn bytes_of(numbers: u32) -> usize {
    (39 + 15 * numbers as usize).next_multiple_of(16)
}

/// What a function shall be like when it is compiled the next time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// How many numbers it writes.
    pub(crate) numbers: u32,
    /// Which.
    pub(crate) number: u64,
    pub(crate) tokens: Vec<Token>,
    /// Whether the compiler refuses it.
    pub(crate) is_broken: bool,
    /// Whether it calls its caller back, and then adds 1.
    pub(crate) calls_back: bool,
}

impl Plan {
    fn of(key: u32) -> Plan {
        let (number, tokens) = (key.into(), Vec::new());
        Plan { numbers: 4, number, tokens, is_broken: false, calls_back: false }
    }

    /// What such a function returns.
    pub(crate) fn result(&self) -> f64 {
        self.number as f64 + f64::from(u8::from(self.calls_back))
    }
}

/// What the compiler does, in the hands of a test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plans(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    plans: BTreeMap<u32, Plan>,
    compiled: Vec<u32>,
}

impl Plans {
    pub(crate) fn get(&self, key: u32) -> Plan {
        self.0.borrow().plans.get(&key).cloned().unwrap_or_else(|| Plan::of(key))
    }

    /// Changes what becomes of a key.
    pub(crate) fn set(&self, key: u32, change: impl FnOnce(&mut Plan)) {
        change(self.0.borrow_mut().plans.entry(key).or_insert_with(|| Plan::of(key)));
    }

    /// What the compiler was asked for since the last time.
    pub(crate) fn take_compiled(&self) -> Vec<u32> {
        std::mem::take(&mut self.0.borrow_mut().compiled)
    }
}

/// Why the compiler refuses a function: it has been told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) u32);

/// What is known of a function: which it is, and where its numbers are written.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) key: u32,
    pub(crate) map: CodeMap,
    name: String,
}

impl Describe for Function {
    fn name(&self) -> &str {
        &self.name
    }

    fn describe(&self, offset: CodeOffset, out: &mut dyn fmt::Write) -> fmt::Result {
        write!(out, "{}, step {:?}", self.name, self.map.find(offset))
    }
}

/// The name of a function's code, as the arena has it.
pub(crate) fn name_of(key: u32) -> String {
    format!("function {key}")
}

/// The compiler.
#[derive(Debug)]
pub(crate) struct Toy {
    library: Library<X86_64>,
    plans: Plans,
}

impl Toy {
    pub(crate) fn new(plans: Plans) -> Toy {
        let library = Library::new_trusted(OBJECT, Symbols::new(SYMBOLS), Peepholes::ALL);
        Toy { library: library.expect("the object is that of `tape.c`"), plans }
    }

    /// The stencils of a function, in order.
    fn stencils(&self, plan: &Plan) -> Vec<StencilId> {
        let find = |name| self.library.find(name).expect("`tape.c` has this stencil");
        let mut stencils = vec![find("enter")];
        stencils.extend((0..plan.numbers).map(|_| find("digit")));
        if plan.calls_back {
            stencils.extend(["print", "increment"].map(find));
        }
        stencils.push(find("finish"));
        stencils
    }
}

/// Stencils that are being linked. There is nothing to fill in.
struct Row(Vec<StencilId>);

impl HoleResolver for Row {
    fn stencil(&self, step: Step) -> StencilId {
        self.0[step.0 as usize]
    }

    fn fill(&self, _: Step, _: &CodeMap, _: &mut Values) {}
}

impl Compiler for Toy {
    type Key = u32;
    type Arch = X86_64;
    type Function = Function;
    type Error = Broken;

    fn compile(
        &mut self,
        key: u32,
        image: &mut Image<X86_64>,
        tokens: &mut Vec<Token>,
    ) -> Result<(), Broken> {
        assert_eq!(*tokens, [], "those of others are not there any more");
        let plan = self.plans.get(key);
        self.plans.0.borrow_mut().compiled.push(key);
        tokens.extend(&plan.tokens);
        if plan.is_broken {
            return Err(Broken(key));
        }
        let row = Row(self.stencils(&plan));
        let linked = self.library.link(row.0.len() as u32, &row, image);
        linked.expect("there is nothing that would not fit");
        Ok(())
    }

    fn describe(&self, key: u32, map: CodeMap) -> Function {
        Function { key, map, name: name_of(key) }
    }

    fn outside(&self, key: u32, symbol: HoleKind) -> u64 {
        match self.library.symbols().table().name(symbol) {
            "HOLE_DIGIT" => self.plans.get(key).number,
            "tape_print" => call_back as *const () as u64,
            name => panic!("`{name}` is in none of the stencils"),
        }
    }
}
