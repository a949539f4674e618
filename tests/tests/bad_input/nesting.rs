//! Sources that would overflow a stack, a table or a number.

use conformance::Engine;

use crate::Case;
use crate::program::{Program, assert_exit, assert_last_line, assert_reported, stderr};

/// What CPython's compiler says about an expression that is too deep for it.
const TOO_DEEP_TO_COMPILE: &str =
    "RecursionError: maximum recursion depth exceeded during compilation\n";

/// What CPython's parser says about an expression that is too deep for it.
const TOO_DEEP_TO_PARSE: &str =
    "MemoryError: Parser stack overflowed - Python source too complex to parse\n";

pub(crate) const CASES: &[Case] = &[
    ("a_hundred_parentheses_are_fine", hundred_parentheses),
    ("ten_thousand_parentheses", ten_thousand_parentheses),
    ("a_megabyte_of_additions", megabyte_of_additions),
    ("five_thousand_minus_signs_are_fine", five_thousand_minuses),
    ("a_hundred_thousand_minus_signs", hundred_thousand_minuses),
    ("a_hundred_thousand_comparisons_with_not", hundred_thousand_nots),
    ("a_hundred_levels_of_indentation", indentation),
    ("ten_thousand_statements_are_fine", ten_thousand_statements),
    ("an_integer_out_of_range", integer_out_of_range),
    ("an_integer_of_100000_digits", integer_of_100000_digits),
    ("infinite_recursion", infinite_recursion),
];

fn hundred_parentheses(engine: &Engine) {
    prints(engine, &nested("(", 100, "7", ")"), "7\n");
}

fn ten_thousand_parentheses(engine: &Engine) {
    let outcome = Program::new(nested("(", 10_000, "1", ")")).run(engine);
    assert_last_line(&outcome, "SyntaxError: too many nested parentheses");
}

fn megabyte_of_additions(engine: &Engine) {
    let source = format!("print(1{})\n", " + 1".repeat(250_000));
    assert_reported(&Program::new(source).run(engine), 1, TOO_DEEP_TO_COMPILE);
}

fn five_thousand_minuses(engine: &Engine) {
    prints(engine, &nested("-", 5_000, "1", ""), "1\n");
}

fn hundred_thousand_minuses(engine: &Engine) {
    let source = nested("-", 100_000, "1", "");
    assert_reported(&Program::new(source).run(engine), 1, TOO_DEEP_TO_PARSE);
}

fn hundred_thousand_nots(engine: &Engine) {
    let source = nested("not ", 100_000, "1", "");
    assert_reported(&Program::new(source).run(engine), 1, TOO_DEEP_TO_PARSE);
}

fn indentation(engine: &Engine) {
    let levels: String = (0..101).map(|level| format!("{}if True:\n", " ".repeat(level))).collect();
    let source = format!("{levels}{}pass\n", " ".repeat(101));
    let outcome = Program::new(source).run(engine);
    assert_last_line(&outcome, "IndentationError: too many levels of indentation");
}

fn ten_thousand_statements(engine: &Engine) {
    let source = format!("x = 0\n{}print(x)\n", "x += 1\n".repeat(10_000));
    prints(engine, &source, "10000\n");
}

fn integer_out_of_range(engine: &Engine) {
    let literal = "123456789012345678901234567890";
    let outcome = Program::new(format!("print({literal})\n")).run(engine);
    assert_exit(&outcome, 1);
    assert!(stderr(&outcome).contains(literal), "{}", stderr(&outcome));
}

fn integer_of_100000_digits(engine: &Engine) {
    let outcome = Program::new(format!("print({})\n", "9".repeat(100_000))).run(engine);
    assert_exit(&outcome, 1);
    assert!(!outcome.stderr.is_empty());
}

fn infinite_recursion(engine: &Engine) {
    let outcome = Program::new("def f():\n    return f()\n\nf()\n").run(engine);
    assert_last_line(&outcome, "RecursionError: maximum recursion depth exceeded");
    assert!(
        stderr(&outcome).contains("\n  [Previous line repeated 996 more times]\n"),
        "{}",
        stderr(&outcome)
    );
}

fn nested(open: &str, times: usize, inner: &str, close: &str) -> String {
    format!("print({}{inner}{})\n", open.repeat(times), close.repeat(times))
}

fn prints(engine: &Engine, source: &str, output: &str) {
    let outcome = Program::new(source).run(engine);
    assert_exit(&outcome, 0);
    assert_eq!(String::from_utf8_lossy(&outcome.stdout), output);
}
