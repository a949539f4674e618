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
    ("HOLE_DIGIT", Role::Number),
    ("HOLE_COUNTER", Role::Outside),
    ("tape_print", Role::Outside),
];

/// How many cells there are on the tape.
const CELLS: usize = 16;

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

/// A program with the stencils that it is made of.
struct Program {
    library: Library<X86_64>,
    /// By step: the way in, the commands of the source, the way out.
    commands: Vec<Command>,
    /// The symbols that a command fills.
    begin: HoleKind,
    end: HoleKind,
    digit: HoleKind,
}

impl Program {
    fn parse(source: &str, library: Library<X86_64>) -> Result<Program, Failure> {
        let kind = |name| library.symbols().table().kind(name).expect("it is in the list");
        let (begin, end, digit) = (kind("HOLE_BEGIN"), kind("HOLE_END"), kind("HOLE_DIGIT"));
        let mut program = Program { library, commands: Vec::new(), begin, end, digit };
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

    /// Lets each bracket of a loop lead to what is behind the other one.
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
        let label = map.start(Step(operand)).0 as u64;
        values.set(self.begin, label);
        values.set(self.end, label);
        values.set(self.digit, operand.into());
    }
}

/// A program, linked. It can be placed more than once.
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
    /// How often `#` was executed. The code has its address.
    counter: &'a Cell<u64>,
}

impl Linked {
    fn place<'a>(&'a self, counter: &'a Cell<u64>) -> Placed<'a> {
        let mut buffer = CodeBuffer::new(self.image.size()).expect("the system has memory");
        let address = buffer.address(CodeOffset(0));
        let outside = |kind: HoleKind| match self.program.library.symbols().table().name(kind) {
            "HOLE_COUNTER" => counter.as_ptr() as u64,
            "tape_print" => print as *const () as u64,
            name => unreachable!("`{name}` is not outside of the image"),
        };
        let placed = self.image.place(buffer.bytes_mut(), address, outside);
        placed.expect("a call has a veneer, and an address has 64 bits");
        let code = buffer.publish().expect("the system allows code to be made");
        Placed { linked: self, code, counter }
    }
}

/// `enter` of `tape.c`: runs the steps behind it, and returns the address of the code
/// that failed, or 0.
type Enter =
    unsafe extern "C" fn(cell: *mut f64, first: *mut f64, end: *mut f64, &Output) -> CodeAddress;

impl Placed<'_> {
    /// What the program prints, and which command fails, if one does.
    fn run(&self) -> (Vec<f64>, Result<(), Failure>) {
        let (output, failed) = self.call();
        if failed == CodeAddress(0) {
            return (output, Ok(()));
        }
        let position = self.find(failed).expect("it is the address of code of this image");
        (output, Err(self.failure(position)))
    }

    fn call(&self) -> (Vec<f64>, CodeAddress) {
        assert_eq!((consts::ARCH, consts::FAMILY), ("x86_64", "unix"), "what the object is for");
        let mut tape = [0.0; CELLS];
        let Range { start, end } = tape.as_mut_ptr_range();
        let output = Output::default();
        let enter = self.linked.image.entry(Step(0));
        // SAFETY: `Program::parse` has put `enter` there and `finish` behind the last
        // command; the commands stay on the tape, and the counter is alive.
        let failed = unsafe { self.code.function::<Enter>(enter)(start, start, end, &output) };
        (output.into_inner(), failed)
    }

    /// Whose code lies at an address.
    fn find(&self, address: CodeAddress) -> Option<Position> {
        let offset = address.0.checked_sub(self.code.address(CodeOffset(0)).0)?;
        self.linked.image.map().find(CodeOffset(offset as usize))
    }

    fn failure(&self, position: Position) -> Failure {
        let Program { library, commands, .. } = &self.linked.program;
        let Command { stencil, character, .. } = commands[position.step.0 as usize];
        match library.get(stencil).name.as_str() {
            "check" => (character, "the cell is negative"),
            _ => (character, "no cell there"),
        }
    }

    fn statistics(&self) -> String {
        let image = &self.linked.image;
        let (all, hot, cold) = (image.size(), image.hot_size(), image.cold_size());
        format!("{all} bytes, {hot} hot, {cold} cold; `#` was executed {}x", self.counter.get())
    }
}

/// The line and the column of a character, counted from 1.
fn line_and_column(source: &str, character: usize) -> (usize, usize) {
    let before: String = source.chars().take(character).collect();
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn main() -> ExitCode {
    let six_times_seven_and_half_of_it = "6[- >7[- >+#<]<] >>. h.";
    let source = env::args().nth(1).unwrap_or_else(|| six_times_seven_and_half_of_it.to_owned());
    let counter = Cell::new(0);
    let ended = link(&source, Peepholes::ALL).and_then(|linked| {
        let placed = linked.place(&counter);
        let (output, ended) = placed.run();
        println!("{source}  =>  {output:?}\n{}", placed.statistics());
        ended
    });
    let Err((character, what)) = ended else { return ExitCode::SUCCESS };
    let (line, column) = line_and_column(&source, character);
    eprintln!("line {line}, column {column}: {what}");
    ExitCode::FAILURE
}

#[cfg(all(test, target_arch = "x86_64", unix))]
mod tests {
    use ch03_relocations::layout::{PartName, Peephole};

    use super::*;

    /// Output, end, and how often `#` was executed.
    fn run_with(source: &str, peepholes: Peepholes) -> (Vec<f64>, Result<(), Failure>, u64) {
        let counter = Cell::new(0);
        let linked = link(source, peepholes).unwrap();
        let (output, ended) = linked.place(&counter).run();
        (output, ended, counter.get())
    }

    fn printed(source: &str) -> Vec<f64> {
        let (output, ended, _) = run_with(source, Peepholes::ALL);
        assert_eq!(ended, Ok(()), "{source}");
        output
    }

    #[test]
    fn commands_work_on_the_cell_they_are_at() {
        assert_eq!(printed("9+.--. >. 3h. <."), [10.0, 8.0, 0.0, 1.5, 8.0]);
        assert_eq!(printed("0-. a. a."), [-1.0, 1.0, 1.0]);
        assert_eq!(printed("one: 1, print: ."), [1.0]);
    }

    #[test]
    fn constants_arrive_with_all_their_bits_wherever_they_lie() {
        let halved = "h".repeat(1074);
        assert_eq!(printed(&format!("1{halved}. h.")), [5e-324, 0.0]);
        for commands in 0..32 {
            // The greatest number below zero, halved, is a zero with a sign.
            let source = format!("{}0-{halved} h. a.", "+".repeat(commands));
            let bits: Vec<u64> = printed(&source).into_iter().map(f64::to_bits).collect();
            assert_eq!(bits, [1 << 63, 0], "after {commands} commands");
        }
    }

    #[test]
    fn a_loop_goes_round_while_the_cell_is_positive() {
        assert_eq!(printed("3[.-].[.]"), [3.0, 2.0, 1.0, 0.0]);
        assert_eq!(printed("0-[.]."), [-1.0]);
        assert_eq!(printed("6[- >7[- >+<]<] >>."), [42.0]);
    }

    #[test]
    fn the_host_sees_how_often_a_place_is_passed() {
        let (counter, linked) = (Cell::new(0), link("3[->2[-#]<]#", Peepholes::ALL).unwrap());
        let placed = linked.place(&counter);
        for sum in [7, 14] {
            placed.run().1.unwrap();
            assert_eq!(counter.get(), sum);
        }
    }

    #[test]
    fn the_command_that_fails_is_found_by_the_address_of_its_code() {
        let ends = |source| run_with(source, Peepholes::ALL).1;
        assert_eq!(ends("1? >> <<<"), Err((8, "no cell there")));
        assert_eq!(ends("[?<]\n1 [+>+]"), Err((9, "no cell there")));
        assert_eq!(ends("2? [-?] ?-? .?"), Err((10, "the cell is negative")));
        assert_eq!(line_and_column("[?<]\n1 [+>+]", 9), (2, 5));
    }

    #[test]
    fn code_that_fails_is_cold_where_there_is_a_cold_stream() {
        let hot = Peepholes::ALL.without(Peephole::ColdStream);
        for (peepholes, part) in [(Peepholes::ALL, PartName::Cold), (hot, PartName::Hot)] {
            let (counter, linked) = (Cell::new(0), link("+? < .", peepholes).unwrap());
            let placed = linked.place(&counter);
            let position = placed.find(placed.call().1).unwrap();
            assert_eq!((position.step, position.part), (Step(3), part));
        }
    }

    #[test]
    fn every_set_of_peepholes_gives_the_same_results() {
        for source in ["3[->2[-#.]<].h.a.", "3[-#.?]-.?.", "9[.h<]", "2[#>2]", "0[+]>[[-]]#"] {
            let first = run_with(source, Peepholes::NONE);
            for peepholes in Peepholes::every() {
                assert_eq!(run_with(source, peepholes), first, "{source} {peepholes:?}");
            }
        }
    }

    #[test]
    fn an_image_can_be_placed_twice() {
        let linked = link("3[-#.]-?", Peepholes::ALL).unwrap();
        let (one, other) = (Cell::new(0), Cell::new(10));
        let placed = [linked.place(&one), linked.place(&other)];
        assert_ne!(placed[0].code.bytes(), placed[1].code.bytes(), "the addresses differ");
        for placed in &placed {
            let failure = (7, "the cell is negative");
            assert_eq!(placed.run(), (vec![2.0, 1.0, 0.0], Err(failure)));
        }
        assert_eq!((one.get(), other.get()), (3, 13));
    }

    #[test]
    fn a_veneer_is_written_if_the_host_is_far_away() {
        let image = link("..", Peepholes::ALL).unwrap().image;
        let veneer = |print: u64| {
            let mut memory = vec![0; image.size()];
            image.place(&mut memory, CodeAddress(1 << 40), |_| print).unwrap();
            memory.split_off(image.bytes().len())
        };
        assert!(veneer((1 << 40) + (1 << 30)).iter().all(|&byte| byte == 0xcc));
        assert!(veneer(1 << 30).ends_with(&(1_u64 << 30).to_le_bytes()));
    }

    #[test]
    fn brackets_come_in_pairs() {
        let refused = |source| link(source, Peepholes::ALL).err();
        assert_eq!(refused("[[-]"), Some((0, "no `]` after it")));
        assert_eq!(refused("1 [-] ]"), Some((6, "no `[` before it")));
    }
}
