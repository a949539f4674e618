//! A calculator in reverse Polish notation that compiles: the mechanism, put to
//! work for another language. Its stencils are in `stencils/examples/rpn.c`.
//! Chapter 2 of the book, "Whose hole is this?".
#![expect(unsafe_code, reason = "calls the machine code that it has put together")]

use std::{cell::Cell, env, env::consts, process::ExitCode};

use ch02_stencils::{Code, CodeAddress, CodeBuffer, CodeOffset, SymbolTable, Target, extract};

const OBJECT: &[u8] = include_bytes!("../../../stencils/prebuilt/x86_64-unknown-linux-gnu/rpn.o");
const HOLES: [&str; 5] = ["HOLE_NEXT", "HOLE_LOOP", "HOLE_HERE", "HOLE_NUMBER", "HOLE_VARIABLE"];

/// Which word of the source is wrong, counted from 0, and what is wrong with it.
type Failure = (usize, &'static str);

/// What a word of the source is compiled to.
struct Word {
    stencil: &'static str,
    /// The bits of a number, the address of a variable, or which word to go back to.
    operand: u64,
    /// How many values it takes from the stack, and how many it puts there.
    takes: usize,
    puts: usize,
}

fn word(text: &str, variables: &[Cell<f64>]) -> Option<Word> {
    let address = |name: &str| match *name.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(variables[usize::from(letter - b'a')].as_ptr() as u64),
        _ => None,
    };
    let (stencil, operand, takes, puts) = match text {
        "+" => ("add", 0, 2, 1),
        "-" => ("subtract", 0, 2, 1),
        "*" => ("multiply", 0, 2, 1),
        "/" => ("divide", 0, 2, 1),
        "loop" => ("loop", 0, 0, 0),
        "while" => ("repeat", 0, 1, 0),
        _ => match (text.parse::<f64>(), text.strip_prefix('=')) {
            (Ok(number), _) => ("number", number.to_bits(), 0, 1),
            (_, Some(name)) => ("store", address(name)?, 1, 0),
            (_, None) => ("load", address(text)?, 0, 1),
        },
    };
    Some(Word { stencil, operand, takes, puts })
}

/// The words of a program, and how many values it leaves on the stack. However often
/// a loop goes round, each word finds as many values as it does the first time.
fn parse(source: &str, variables: &[Cell<f64>]) -> Result<(Vec<Word>, usize), Failure> {
    let (mut words, mut loops, mut height) = (Vec::new(), Vec::new(), 0_usize);
    for (index, text) in source.split_whitespace().enumerate() {
        let mut word = word(text, variables).ok_or((index, "no such word"))?;
        height = height.checked_sub(word.takes).ok_or((index, "too few values"))? + word.puts;
        match word.stencil {
            "loop" => loops.push((index, height)),
            "repeat" => match loops.pop() {
                None => return Err((index, "no `loop` before it")),
                Some((_, before)) if before != height => return Err((index, "unbalanced loop")),
                Some((start, _)) => word.operand = start as u64,
            },
            _ => {}
        }
        words.push(word);
    }
    loops.pop().map_or(Ok((words, height)), |(index, _)| Err((index, "no `while` after it")))
}

/// A program, compiled.
struct Program {
    code: Code,
    /// Where the code of each word begins; behind them, `finish`.
    addresses: Vec<CodeAddress>,
    /// From `a` to `z`. The code has their addresses.
    variables: Vec<Cell<f64>>,
    results: usize,
}

fn compile(source: &str) -> Result<Program, Failure> {
    let variables = vec![Cell::new(0.0); 26];
    let (mut words, results) = parse(source, &variables)?;
    words.push(Word { stencil: "finish", operand: 0, takes: results, puts: 0 });

    let symbols = SymbolTable::new(HOLES);
    let library = extract(OBJECT, &symbols).expect("the object is that of `rpn.c`");
    let stencil = |name| library.get(library.find(name).expect("`rpn.c` has this stencil"));

    let mut size = stencil("enter").code.len();
    let mut offsets = Vec::new();
    for word in &words {
        offsets.push(CodeOffset(size));
        size += stencil(word.stencil).code.len();
    }
    let mut buffer = CodeBuffer::new(size).expect("the system has memory");
    let addresses: Vec<_> = offsets.iter().map(|&offset| buffer.address(offset)).collect();

    buffer.place(stencil("enter"), CodeOffset(0), |_| unreachable!("it has no hole"));
    for (index, word) in words.iter().enumerate() {
        buffer.place(stencil(word.stencil), offsets[index], |target| match target {
            Target::Symbol(kind) => match symbols.name(kind) {
                "HOLE_NEXT" => addresses[index + 1].0,
                "HOLE_LOOP" => addresses[word.operand as usize].0,
                "HOLE_HERE" => addresses[index].0,
                _ => word.operand, // HOLE_NUMBER and HOLE_VARIABLE
            },
            Target::Stencil(_) => unreachable!("no stencil of `rpn.c` names another"),
        });
    }
    let code = buffer.publish().expect("the system allows code to be made");
    Ok(Program { code, addresses, variables, results })
}

/// `enter` of `rpn.c`: runs the words from `start` on, and returns the address of the
/// one that failed, or 0.
type Enter = unsafe extern "C" fn(stack: *mut f64, start: CodeAddress) -> CodeAddress;

impl Program {
    fn run(&self) -> Result<Vec<f64>, Failure> {
        assert_eq!((consts::ARCH, consts::FAMILY), ("x86_64", "unix"), "what the object is for");
        self.variables.iter().for_each(|variable| variable.set(0.0));
        // No word puts more than one value on the stack. The first place stays empty.
        let mut stack = vec![0.0; self.addresses.len()];
        // SAFETY: `compile` has put `enter` there, `parse` has seen that the stack is
        // high enough for every word, and the variables are alive.
        let end = unsafe {
            self.code.function::<Enter>(CodeOffset(0))(stack.as_mut_ptr(), self.addresses[0])
        };
        match self.addresses.binary_search(&end) {
            Ok(index) => Err((index, "division by zero")),
            Err(_) => Ok(stack[1..=self.results].to_vec()),
        }
    }
}

fn main() -> ExitCode {
    let root_of_two = "1 =x 5 =n loop 2 x / x + 2 / =x n 1 - =n n while x";
    let source = env::args().nth(1).unwrap_or_else(|| root_of_two.to_owned());
    match compile(&source).and_then(|program| program.run()) {
        Ok(values) => {
            println!("{source}  =>  {values:?}");
            ExitCode::SUCCESS
        }
        Err((index, what)) => {
            let word = source.split_whitespace().nth(index).unwrap_or_default();
            eprintln!("word {}, `{word}`: {what}", index + 1);
            ExitCode::FAILURE
        }
    }
}

#[cfg(all(test, target_arch = "x86_64", unix))]
mod tests {
    use super::*;

    fn run(source: &str) -> Result<Vec<f64>, Failure> {
        compile(source)?.run()
    }

    #[test]
    fn words_take_values_and_leave_results() {
        assert_eq!(run("3 4 + 2 *"), Ok(vec![14.0]));
        assert_eq!(run("1 2 - 8 2 /"), Ok(vec![-1.0, 4.0]));
        assert_eq!(run(""), Ok(vec![]));
    }

    #[test]
    fn all_bits_of_a_number_arrive() {
        for number in ["0.1", "-0", "5e-324", "1.7976931348623157e308", "inf"] {
            let bits = run(number).unwrap()[0].to_bits();
            assert_eq!(bits, number.parse::<f64>().unwrap().to_bits(), "{number}");
        }
    }

    #[test]
    fn a_variable_keeps_its_value() {
        assert_eq!(run("2 =a 3 =z a a * z +"), Ok(vec![7.0]));
    }

    #[test]
    fn a_loop_goes_round_while_the_value_is_positive() {
        let root_of_two = "1 =x 5 =n loop 2 x / x + 2 / =x n 1 - =n n while x";
        assert!((run(root_of_two).unwrap()[0] - 2_f64.sqrt()).abs() < 1e-15);
        assert_eq!(run("10 =n 0 loop n + n 1 - =n n while"), Ok(vec![55.0]));
        assert_eq!(run("loop 0 1 - while 7"), Ok(vec![7.0]));
    }

    #[test]
    fn a_loop_can_be_in_a_loop() {
        let source = "0 3 =a loop 4 =b loop 1 + b 1 - =b b while a 1 - =a a while";
        assert_eq!(run(source), Ok(vec![12.0]));
    }

    #[test]
    fn a_program_runs_again_from_the_start() {
        let program = compile("x 1 + =x x").unwrap();
        assert_eq!((program.run(), program.run()), (Ok(vec![1.0]), Ok(vec![1.0])));
    }

    #[test]
    fn the_word_that_divides_by_zero_is_found_by_its_address() {
        assert_eq!(run("1 0 /"), Err((2, "division by zero")));
        assert_eq!(run("1 2 / 3 0 / 4 5 /"), Err((5, "division by zero")));
        assert_eq!(run("2 =n 0 loop 1 n / + n 1 - =n 1 while"), Err((6, "division by zero")));
    }

    #[test]
    fn what_is_no_program_is_refused_with_its_word() {
        assert_eq!(run("1 +"), Err((1, "too few values")));
        assert_eq!(run("1 two"), Err((1, "no such word")));
        assert_eq!(run("1 =xy"), Err((1, "no such word")));
        assert_eq!(run("1 while"), Err((1, "no `loop` before it")));
        assert_eq!(run("loop 1"), Err((0, "no `while` after it")));
        assert_eq!(run("loop 1 1 while"), Err((3, "unbalanced loop")));
    }
}
