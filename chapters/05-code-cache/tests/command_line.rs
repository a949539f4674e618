//! The chapter's program, as a user starts it.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::io::Write;
use std::process::{Command, Output, Stdio};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../01-bytecode-vm/demo.py");
const PRINTED: &str = "499999500000\n6765\n";

/// Starts the program, with nothing set in the environment but these variables.
fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch05-code-cache"));
    command.env_clear().envs(variables.iter().copied()).args(arguments);
    command.output().expect("it can be started")
}

/// Starts the program with such a program on its standard input.
fn start_with(program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch05-code-cache"));
    command.env_clear().arg("-").args(arguments).stdin(Stdio::piped());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("it can be started");
    let mut input = child.stdin.take().expect("it is a pipe");
    input.write_all(program.as_bytes()).expect("it is read");
    drop(input);
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("text")
}

#[test]
fn the_tour_of_the_demo_fits_one_screen() {
    let tour = start(&[], &[]);
    assert!(tour.status.success());
    let lines: Vec<&str> = text(&tour.stdout).lines().collect();
    assert!(lines.len() <= 50, "{} lines", lines.len());
    let widest = lines.iter().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?} columns");
    let parts = ["source", "bytecode", "stencils", "code", "result", "stats", "payoff"];
    for (number, part) in (1..).zip(parts) {
        let heading = format!("{number}. {part}");
        assert!(lines.iter().any(|line| line.starts_with(&heading)), "{heading}: {lines:#?}");
    }
}

#[test]
fn the_tour_follows_one_line_from_source_to_bytes() {
    let tour = start(&[], &[]);
    let lines: Vec<&str> = text(&tour.stdout).lines().map(str::trim_start).collect();
    for line in [
        ">   5          total += i",
        "11  BINARY_OP 13 (+=)",
        "BINARY_OP_ADD                43 bytes hot    44 cold    6 holes",
        "10 LOAD_FAST 2 (i)",
        "49 8b 87 [10 00 00 00]  mov rax, [r15+0x10]  HOLE_LOCAL",
    ] {
        assert!(lines.contains(&line), "{line}: {lines:#?}");
    }
}

#[test]
fn the_tour_shows_the_code_of_the_line_s_own_function() {
    const TWO_OF_A_NAME: &str = "
def f(n):
    return n * n * n * n
def f(n):
    while n > 0:
        n = n - 1
print(f(3))
";
    let tour = start_with(TWO_OF_A_NAME, &[]);
    let tour = text(&tour.stdout);
    assert!(tour.contains(">   6          n = n - 1\n"), "{tour}");
    assert!(tour.contains("     5 LOAD_FAST 0 (n)\n       49 8b 87 [00 00 00 00] "), "{tour}");
}

#[test]
fn the_tour_alone_cuts_what_a_program_prints() {
    const THOUSAND: &str = "for i in range(1000):\n    print(i)\n";
    let tour = start_with(THOUSAND, &[]);
    let tour = text(&tour.stdout);
    assert!(tour.contains("\n9\n… 990 more lines: --show result\n6. stats"), "{tour}");
    for all in [["--run"].as_slice(), &["--show", "result"]] {
        assert_eq!(text(&start_with(THOUSAND, all).stdout).lines().count(), 1000, "{all:?}");
    }
}

#[test]
fn every_part_of_the_tour_can_be_shown() {
    for part in
        ["source", "bytecode", "stencils", "holes", "code", "memory", "stats", "result", "payoff"]
    {
        let shown = start(&[DEMO, "--show", part], &[]);
        assert!(shown.status.success() && !shown.stdout.is_empty(), "{part}");
    }
}

#[test]
fn statistics_go_to_standard_error() {
    let by_flag = start(&[DEMO, "--run", "--stats"], &[]);
    let by_variable = start(&[DEMO, "--run"], &[("COPY_PATCH_RUN_STATS", "1")]);
    for run in [by_flag, by_variable] {
        assert_eq!(text(&run.stdout), PRINTED);
        let said = text(&run.stderr);
        assert!(said.contains("fib                           21,891"), "{said}");
        assert!(said.contains("compiled   3 functions, 0 of them again"), "{said}");
    }
}

#[test]
fn an_engine_without_a_cache_says_so_instead_of_statistics() {
    for engine in ["interpreter", "interpreter-c", "jit-arena"] {
        let run = start_with("print(7)\n", &["--run", "--stats", "--engine", engine]);
        assert_eq!((run.status.code(), text(&run.stdout)), (Some(0), "7\n"));
        let expected = format!("no statistics: the engine `{engine}` has no cache\n");
        assert_eq!(text(&run.stderr), expected);
    }
}

#[test]
fn statistics_without_functions_have_no_head() {
    let run = start(&[DEMO, "--run", "--stats", "--jit=off"], &[]);
    let lines: Vec<&str> = text(&run.stderr).lines().collect();
    assert_eq!(
        lines[..2],
        ["3 functions interpreted", "compiled   0 functions, 0 of them again: 0.0 µs"]
    );
}

#[test]
fn large_numbers_of_statistics_are_in_groups_of_three_digits() {
    let run = start(&[DEMO, "--run", "--stats", "--budget=0"], &[]);
    let said = text(&run.stderr);
    assert!(
        said.contains("asked      21,893 calls through the stub; 0 woken, 21,892 in vain"),
        "{said}"
    );
}

/// How many functions a run compiles, as it says itself.
fn compiled(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let run = start(&[&[DEMO, "--run", "--stats"], arguments].concat(), variables);
    let said = text(&run.stderr);
    let line = said.lines().find(|line| line.starts_with("compiled")).expect("a line of sums");
    line.split_whitespace().nth(1).expect("a number").to_owned()
}

#[test]
fn variables_say_what_flags_say_and_flags_win() {
    const JIT: &str = "COPY_PATCH_RUN_JIT";
    const BUDGET: &str = "COPY_PATCH_RUN_BUDGET";
    assert_eq!(compiled(&[], &[]), "3");
    for off in [(JIT, "off"), (BUDGET, "0")] {
        assert_eq!(compiled(&[], &[off]), "0", "{off:?}");
    }
    assert_eq!(compiled(&["--jit", "lazy"], &[(JIT, "off")]), "3");
    assert_eq!(compiled(&["--budget", "1KiB"], &[(BUDGET, "0")]), "1", "sum_below alone fits");
}

#[test]
fn a_value_that_there_is_not_is_answered_with_those_that_there_are() {
    let refused = start(&[DEMO, "--jit", "sometimes"], &[]);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("[possible values: off, on, lazy, eager]"), "{said}");
    let refused = start(&[DEMO, "--budget", "plenty"], &[]);
    assert_eq!(refused.status.code(), Some(2));
}
