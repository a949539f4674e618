//! Python to compile: functions of any length, made of ordinary statements that
//! come in a mixed order. It is the same in every run, and it is compiled, never run.

use fastrand::Rng;

/// What all functions may call.
const CALLED: &str = "def g(x, y):\n    return x - y\n\n\n";

/// What statements compute with: the parameters of every function.
const LOCALS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// The constants of statements are below this.
const CONSTANTS: u32 = 1000;

/// Instructions of a function aside from its statements: the first one, and
/// `return a`.
const FRAME: usize = 3;

/// A statement, with `@` for a local variable and `#` for a constant.
struct Statement {
    text: &'static str,
    /// What it is compiled to, in instructions of CPython 3.13 that do not merge.
    instructions: usize,
}

const STATEMENTS: [Statement; 9] = [
    Statement { text: "@ += @", instructions: 4 },
    Statement { text: "@ = g(@, @)", instructions: 6 },
    Statement { text: "@ = @ * # + @ - #", instructions: 8 },
    Statement { text: "@ = @ if @ < @ else @", instructions: 8 },
    Statement { text: "if @ == # and @ != @:\n    @ = -@", instructions: 11 },
    Statement { text: "if @ > @:\n    @ = @ % #\nelse:\n    @ = @ + #", instructions: 13 },
    Statement { text: "while @ > #:\n    @ = @ // #", instructions: 9 },
    Statement { text: "for @ in range(#):\n    @ += @", instructions: 9 },
    Statement { text: "for @ in range(#):\n    if @ < #:\n        @ = @ ^ #", instructions: 13 },
];

/// A source text under construction.
pub(super) struct Source {
    text: String,
    instructions: usize,
    random: Rng,
}

impl Source {
    /// Functions of about so many instructions each.
    pub(super) fn functions(count: usize, instructions: usize) -> String {
        Self::new(count, instructions).text
    }

    fn new(count: usize, instructions: usize) -> Self {
        let text = CALLED.to_owned();
        let mut source = Self { text, instructions: 0, random: Rng::with_seed(0) };
        for number in 0..count {
            // What one function has too much, the next ones have too little.
            source.function(number, (number + 1) * instructions);
        }
        source
    }

    /// Adds a function, so that all functions together have about `total` instructions.
    fn function(&mut self, number: usize, total: usize) {
        self.text += &format!("def f{number}({}):\n", LOCALS.join(", "));
        self.instructions += FRAME;
        while self.instructions < total {
            let statement = &STATEMENTS[self.random.usize(..STATEMENTS.len())];
            self.statement(statement.text);
            self.instructions += statement.instructions;
        }
        self.text += "    return a\n\n\n";
    }

    fn statement(&mut self, text: &str) {
        for line in text.lines() {
            self.text += "    ";
            for letter in line.chars() {
                match letter {
                    '@' => self.text += LOCALS[self.random.usize(..LOCALS.len())],
                    '#' => self.text += &self.random.u32(1..CONSTANTS).to_string(),
                    other => self.text.push(other),
                }
            }
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_about_as_many_instructions_as_it_should() {
        for wanted in [20, 10_000] {
            let source = Source::new(1, wanted);
            assert!((wanted..wanted + 13).contains(&source.instructions));
        }
    }

    #[test]
    fn many_functions_have_the_right_length_on_average() {
        let source = Source::new(1000, 20);
        assert!((20_000..20_013).contains(&source.instructions));
        assert_eq!(source.text.matches("def f").count(), 1000);
    }

    #[test]
    fn every_statement_comes() {
        let text = Source::functions(1, 10_000);
        for part in ["+=", "g(", "*", " if ", " and ", "else:", "while ", "\n    for ", "^"] {
            assert!(text.contains(part), "there is no `{part}`");
        }
        assert!(!text.contains(['@', '#']));
    }

    /// Figures of other days cannot be compared once this fails: fastrand's stream
    /// changed.
    #[test]
    fn the_source_is_the_one_that_it_always_was() {
        let expected = "\
def g(x, y):
    return x - y


def f0(a, b, c, d, e):
    if a > a:
        b = a % 979
    else:
        d = b + 468
    while b > 137:
        d = b // 414
    return a


";
        assert_eq!(Source::functions(1, 20), expected);
    }
}
