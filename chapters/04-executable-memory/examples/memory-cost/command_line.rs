//! The command line: which way is measured, with how much code. Chapter 4 of the
//! book, "Payoff".

use std::env;
use std::process::ExitCode;

use super::round;
use super::ways::{self, Way};

/// What a wrong command line ends with.
const WRONG_COMMAND_LINE: u8 = 2;

/// What is measured.
#[derive(Debug)]
struct Arguments {
    way: Way,
    functions: usize,
    /// The size of each function.
    bytes: usize,
}

/// Measures, and prints what one round came to or why there is none.
pub(super) fn run() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let Some(Arguments { way, functions, bytes }) = parse(&words) else {
        eprintln!("usage: memory-cost {} FUNCTIONS BYTES", ways::ALL.map(Way::name).join("|"));
        return ExitCode::from(WRONG_COMMAND_LINE);
    };
    match round::measure(way, functions, bytes, round::DURATION) {
        Ok(round) => {
            println!("{round}");
            ExitCode::SUCCESS
        }
        Err(refusal) => {
            eprintln!("{refusal}");
            ExitCode::FAILURE
        }
    }
}

fn parse(words: &[String]) -> Option<Arguments> {
    let [way, functions, bytes] = words else { return None };
    let way = ways::ALL.into_iter().find(|it| it.name() == way)?;
    let count = |word: &String| word.parse().ok().filter(|&count: &usize| count > 0);
    Some(Arguments { way, functions: count(functions)?, bytes: count(bytes)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<Arguments> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_command_line_names_a_way_and_two_counts() {
        let arguments = parsed("dual-mapping-in-one-batch 1000 800").unwrap();
        assert_eq!(arguments.way.name(), "dual-mapping-in-one-batch");
        assert_eq!((arguments.functions, arguments.bytes), (1000, 800));
    }

    #[test]
    fn anything_else_is_a_wrong_command_line() {
        for line in ["", "flips-one-by-one 1000", "magic 1 800", "flips-one-by-one 0 800"] {
            assert!(parsed(line).is_none(), "{line}");
        }
    }
}
