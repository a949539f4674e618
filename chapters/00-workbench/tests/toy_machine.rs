//! The bench knows no language: here is a machine for one of its own, in which
//! a program is a row of signs `+` and `-` and its result is their sum.

use ch00_workbench::{
    About, Console, Ending, EngineName, Listing, Machine, Refusal, RunOptions, Source, Stage,
};

// ANCHOR: names
struct Tally;

impl Machine for Tally {
    type Loaded = String;

    fn about(&self) -> About {
        About { title: "Toy", summary: "adds signs", demo: ("demo", "+++-") }
    }
    fn stages(&self) -> &'static [Stage] {
        &[Stage { name: "source", summary: "the signs", tour_lines: 5, runs_program: false }]
    }
    fn engines(&self) -> &'static [EngineName] {
        &[EngineName { name: "counter", summary: "counts", obstacle: None, inherited: false }]
    }
    // ANCHOR_END: names

    // ANCHOR: work
    fn load(&self, source: Source) -> Result<String, Refusal> {
        let text = String::from_utf8(source.text)
            .ok()
            .filter(|text| text.chars().all(|c| "+-".contains(c)));
        text.ok_or(Refusal { message: format!("{}: only + and -", source.name), status: 1 })
    }
    fn show(&self, signs: &String, _: &str, _: &RunOptions) -> Result<Listing, Refusal> {
        Ok(Listing::from_text(signs))
    }
    fn run(&self, signs: &String, _: &RunOptions, console: Console<'_>) -> Result<Ending, Refusal> {
        let sum: i64 = signs.chars().map(|sign| if sign == '+' { 1 } else { -1 }).sum();
        Ok(Ending::Status(u8::from(writeln!(console.out, "{sum}").is_err())))
    }
    // ANCHOR_END: work
}

fn load(text: &str) -> Result<String, Refusal> {
    Tally.load(Source { name: "toy".into(), text: text.into() })
}

// ANCHOR: bench
#[test]
fn a_toy_language_loads_shows_and_runs() {
    let signs = load(Tally.about().demo.1).unwrap();
    assert_eq!(Tally.show(&signs, "source", &RunOptions::default()).unwrap().to_string(), "+++-\n");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let console = Console { out: &mut out, is_terminal: false, err: &mut err };
    assert_eq!(Tally.run(&signs, &RunOptions::default(), console), Ok(Ending::Status(0)));
    assert_eq!((out.as_slice(), err.as_slice()), (b"2\n".as_slice(), b"".as_slice()));
}
// ANCHOR_END: bench

#[test]
fn a_source_that_is_no_program_is_refused_with_a_message() {
    assert_eq!(load("+*").unwrap_err().to_string(), "toy: only + and -");
}
