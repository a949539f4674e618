//! A language on the linker of this chapter: its commands are single characters, and
//! work on a tape of doubles. Its stencils are in `stencils/examples/tape.c`.
//! Chapter 3 of the book, "Who fills what".
#![expect(unsafe_code, reason = "calls the machine code that it has linked")]

use std::cell::{Cell, RefCell};
use std::{env, env::consts, ops::Range, process::ExitCode};

use ch02_stencils::{Code, CodeAddress, CodeBuffer, CodeOffset, HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{CodeMap, HoleResolver, Image, Library, Position, Step, Values};
use ch03_relocations::{Role, Symbols};

const OBJECT: &[u8] =
    include_bytes!("../../../stencils/prebuilt/x86_64-unknown-linux-gnu/tape-medium.o");

/// What the stencils leave open.
const SYMBOLS: [(&str, Role); 6] = [
    ("HOLE_NEXT", Role::Next),
    ("HOLE_BEGIN", Role::Label),
    ("HOLE_END", Role::Label),
    ("HOLE_DIGIT", Role::Value),
    ("HOLE_COUNTER", Role::Outside),
    ("tape_print", Role::Outside),
];

/// How many cells there are on the tape.
const CELLS: usize = 16;

/// Six times seven, counted on the way, and the half of it.
const DEFAULT: &str = "6[- >7[- >+#<]<] >>. h.";

/// Which character of the source is wrong, counted from 0, and what is wrong with it.
type Failure = (usize, &'static str);

/// What a character of the source is compiled to.
struct Command {
    stencil: StencilId,
    /// A digit; or, for a bracket, the number of the step behind the other one.
    operand: u32,
    character: usize,
}

/// The stencil of a character, if it is no comment.
fn stencil_name(character: char) -> Option<&'static str> {
    Some(match character {
        '>' => "right",
        '<' => "left",
        '0'..='9' => "digit",
        '+' => "increment",
        '-' => "decrement",
        'h' => "halve",
        'a' => "absolute",
        '[' => "begin",
        ']' => "repeat",
        '.' => "print",
        '#' => "count",
        '?' => "check",
        _ => return None,
    })
}

/// A program: first the way in, then its commands, then the way out.
struct Program {
    library: Library<X86_64>,
    /// By step.
    commands: Vec<Command>,
}

impl Program {
    fn parse(source: &str, library: Library<X86_64>) -> Result<Program, Failure> {
        let mut program = Program { library, commands: Vec::new() };
        program.push("enter", 0, 0);
        let mut loops = Vec::new();
        for (index, character) in source.chars().enumerate() {
            let Some(name) = stencil_name(character) else { continue };
            let step = program.commands.len();
            program.push(name, character.to_digit(10).unwrap_or(0), index);
            match character {
                '[' => loops.push(step),
                ']' => program.close(loops.pop().ok_or((index, "no `[` before it"))?, step),
                _ => {}
            }
        }
        program.push("finish", 0, 0);
        match loops.pop() {
            None => Ok(program),
            Some(begin) => Err((program.commands[begin].character, "no `]` after it")),
        }
    }

    fn push(&mut self, name: &str, operand: u32, character: usize) {
        let stencil = self.library.find(name).expect("`tape.c` has this stencil");
        self.commands.push(Command { stencil, operand, character });
    }

    /// Has the brackets of a loop lead to what is behind the other one.
    fn close(&mut self, begin: usize, end: usize) {
        self.commands[begin].operand = end as u32 + 1;
        self.commands[end].operand = begin as u32 + 1;
    }
}

impl HoleResolver for Program {
    fn stencil(&self, step: Step) -> StencilId {
        self.commands[step.0 as usize].stencil
    }

    fn fill(&self, step: Step, map: &CodeMap, values: &mut Values) {
        let operand = self.commands[step.0 as usize].operand;
        let kind = |name| self.library.symbols().table().kind(name).expect("it is in the list");
        let place = map.start(Step(operand)).0 as u64;
        values.set(kind("HOLE_BEGIN"), place);
        values.set(kind("HOLE_END"), place);
        values.set(kind("HOLE_DIGIT"), operand.into());
    }
}

/// A program, linked. It can be placed as often as one likes.
struct Linked {
    program: Program,
    image: Image<X86_64>,
}

fn link(source: &str, peepholes: Peepholes) -> Result<Linked, Failure> {
    let library = Library::new(OBJECT, Symbols::new(SYMBOLS), peepholes);
    let program = Program::parse(source, library.expect("the object is that of `tape.c`"))?;
    let steps = u32::try_from(program.commands.len()).expect("steps have 32-bit numbers");
    let mut image = Image::new();
    let linked = program.library.link(steps, &program, &mut image);
    linked.expect("digits fit, and the code has less than 2 GiB");
    Ok(Linked { program, image })
}

/// What a program has printed.
type Output = RefCell<Vec<f64>>;

/// `tape_print` of `tape.c`.
extern "C" fn print(output: &Output, value: f64) {
    output.borrow_mut().push(value);
}

/// A program at an address.
struct Placed<'a> {
    linked: &'a Linked,
    code: Code,
    /// How often `#` has been executed. The code has its address.
    counter: &'a Cell<u64>,
}

impl Linked {
    fn place<'a>(&'a self, counter: &'a Cell<u64>) -> Placed<'a> {
        let mut buffer = CodeBuffer::new(self.image.size()).expect("the system has memory");
        let address = buffer.address(CodeOffset(0));
        let outside = |kind: HoleKind| match self.program.library.symbols().table().name(kind) {
            "HOLE_COUNTER" => counter.as_ptr() as u64,
            "tape_print" => print as *const () as u64,
            name => unreachable!("`{name}` is in the image"),
        };
        let placed = self.image.place(buffer.bytes_mut(), address, outside);
        placed.expect("a call has a veneer, and all else has 64 bits");
        let code = buffer.publish().expect("the system allows code to be made");
        Placed { linked: self, code, counter }
    }
}

/// `enter` of `tape.c`: runs the steps behind it, and returns the address of the code
/// that failed, or 0.
type Enter =
    unsafe extern "C" fn(cell: *mut f64, first: *mut f64, end: *mut f64, &Output) -> CodeAddress;

impl Placed<'_> {
    /// What it prints, and which command failed, if one did.
    fn run(&self) -> (Vec<f64>, Result<(), Failure>) {
        let (output, failed) = self.call();
        (output, self.find(failed).map_or(Ok(()), |position| Err(self.failure(position))))
    }

    fn call(&self) -> (Vec<f64>, CodeAddress) {
        assert_eq!((consts::ARCH, consts::FAMILY), ("x86_64", "unix"), "what the object is for");
        let mut tape = [0.0; CELLS];
        let Range { start, end } = tape.as_mut_ptr_range();
        let output = Output::default();
        let enter = self.linked.image.entry(Step(0));
        // SAFETY: `Program::parse` has put `enter` there, and `finish` behind all
        // commands, which stay on the tape; and the counter is alive.
        let failed = unsafe { self.code.function::<Enter>(enter)(start, start, end, &output) };
        (output.into_inner(), failed)
    }

    /// Whose code lies at an address.
    fn find(&self, address: CodeAddress) -> Option<Position> {
        let offset = address.0.checked_sub(self.code.address(CodeOffset(0)).0)?;
        self.linked.image.map().find(CodeOffset(offset as usize))
    }

    fn failure(&self, position: Position) -> Failure {
        let Program { library, commands } = &self.linked.program;
        let Command { stencil, character, .. } = commands[position.step.0 as usize];
        match library.get(stencil).name.as_str() {
            "check" => (character, "the cell is negative"),
            _ => (character, "no cell there"),
        }
    }

    fn statistics(&self) -> String {
        let image = &self.linked.image;
        let (hot, cold) = (image.hot_size(), image.cold_size());
        let (all, count) = (image.size(), self.counter.get());
        format!("{all} bytes, {hot} of them hot and {cold} cold; `#` was executed {count} times")
    }
}

/// The line and the column of a character, counted from 1.
fn line_and_column(source: 