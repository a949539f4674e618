//! What shows only from outside: the variables of a machine's environment, its race
//! and its tour. Chapter 0 of the book, "One command line".
//!
//! The test binary is the machine, too: with [`AS_MACHINE`] in its environment, it
//! is what a chapter's `main` is.

use std::process::{Command, ExitCode, Output};

use ch00_workbench::{
    About, Choice, Console, Ending, EngineName, Feature, Line, Listing, Machine, Refusal,
    RunOptions, Setting, SettingValues, Source, Stage, Switch, View,
};
use libtest_mimic::{Arguments, Trial};

const AS_MACHINE: &str = "WORKBENCH_TEST_AS_MACHINE";
const SPEED: &str = "WORKBENCH_TEST_SPEED";
const ROOM: &str = "WORKBENCH_TEST_ROOM";
const BROKEN: &str = "WORKBENCH_TEST_BROKEN";

/// How much room is no good.
const UNLUCKY: u64 = 13;

/// A machine that prints its program and how it runs it.
struct Parrot;

impl Machine for Parrot {
    type Loaded = String;

    fn about(&self) -> About {
        About { title: "Parrot", summary: "Says it again.", demo: ("demo", "one\n\ntwo\nthree\n") }
    }
    fn stages(&self) -> &'static [Stage] {
        const SOURCE: Stage =
            Stage { name: "source", summary: "the program", tour_lines: 2, runs_program: false };
        &[
            SOURCE,
            Stage { name: "all", summary: "every line", tour_lines: 9, ..SOURCE },
            Stage { name: "long", summary: "a long line", ..SOURCE },
            Stage { name: "hidden", summary: "not in the tour", tour_lines: 0, ..SOURCE },
            Stage { name: "missing", summary: "what is not there", ..SOURCE },
            Stage { name: "count", summary: "how many lines", runs_program: true, ..SOURCE },
        ]
    }
    fn engines(&self) -> &'static [EngineName] {
        &[EngineName { name: "beak", summary: "speaks", obstacle: None, inherited: false }]
    }
    fn features(&self) -> &'static [Feature] {
        &[Feature { name: "echo", summary: "says it twice" }]
    }
    fn switches(&self) -> &'static [Switch] {
        &[Switch { flag: "broken", variable: Some(BROKEN), summary: "Fail" }]
    }
    fn settings(&self) -> &'static [Setting] {
        const SLOW: Choice = Choice { name: "slow", summary: "word by word" };
        &[
            Setting {
                flag: "speed",
                value_name: "HOW",
                values: SettingValues::OneOf {
                    choices: &[SLOW, Choice { name: "fast", ..SLOW }],
                    default: "slow",
                },
                variable: SPEED,
                summary: "How fast it speaks",
            },
            Setting {
                flag: "room",
                value_name: "BYTES",
                values: SettingValues::Bytes { default: 1 << 20 },
                variable: ROOM,
                summary: "How much room there is for words",
            },
        ]
    }
    fn variations(&self) -> &'static [&'static [&'static str]] {
        &[&["--speed=fast"], &["--room=64KiB", "--broken"]]
    }
    fn views(&self) -> &'static [View] {
        &[View { flag: "word", value_name: "NAME", summary: "One word" }]
    }
    fn view(
        &self,
        _: &str,
        name: &str,
        _: &RunOptions,
        _: Option<usize>,
    ) -> Result<String, Refusal> {
        Ok(format!("the word {name}\n"))
    }
    fn load(&self, source: Source) -> Result<String, Refusal> {
        String::from_utf8(source.text)
            .map_err(|_| Refusal { message: "not words".into(), status: 1 })
    }
    fn show(&self, text: &String, stage: &str, _: &RunOptions) -> Result<Listing, Refusal> {
        match stage {
            "missing" => Err(Refusal { message: "it is not there".into(), status: 1 }),
            "long" => Ok(Listing::from_text(&"word ".repeat(40))),
            _ => Ok(Listing::from_text(text)),
        }
    }
    fn has_compact_tour(&self) -> bool {
        true
    }
    fn excerpt(
        &self,
        text: &String,
        stage: &str,
        _: &RunOptions,
    ) -> Result<Option<Listing>, Refusal> {
        let count = || format!("lines: {}", text.lines().count());
        Ok((stage == "count").then(|| Listing { title: count(), lines: vec![Line::text("…")] }))
    }
    fn run(
        &self,
        text: &String,
        options: &RunOptions,
        console: Console<'_>,
    ) -> Result<Ending, Refusal> {
        if options.wants("broken") || options.bytes("room") == Some(UNLUCKY) {
            return Ok(Ending::Status(3));
        }
        let (speed, room) = (options.setting("speed"), options.bytes("room"));
        let printed = writeln!(console.out, "{} {speed:?} {room:?}", text.replace('\n', " "));
        Ok(Ending::Status(u8::from(printed.is_err())))
    }
}

fn main() -> ExitCode {
    if std::env::var_os(AS_MACHINE).is_some() {
        return ch00_workbench::main(&Parrot);
    }
    let trial = |&(name, test): &(&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    libtest_mimic::run(&Arguments::from_args(), TESTS.iter().map(trial).collect()).exit_code()
}

const TESTS: &[(&str, fn())] = &[
    ("what_is_not_given_is_none", what_is_not_given_is_none),
    ("a_setting_is_a_flag_or_a_variable", a_setting_is_a_flag_or_a_variable),
    ("a_flag_beats_its_variable", a_flag_beats_its_variable),
    ("a_variable_with_a_wrong_value_is_named", a_variable_with_a_wrong_value_is_named),
    ("a_flag_with_a_wrong_value_is_named", a_flag_with_a_wrong_value_is_named),
    ("an_empty_variable_says_nothing", an_empty_variable_says_nothing),
    ("a_switch_can_be_a_variable", a_switch_can_be_a_variable),
    ("variables_do_not_get_in_the_way_of_other_flags", variables_do_not_get_in_the_way),
    ("the_help_names_variables_and_defaults", the_help_names_variables_and_defaults),
    ("a_race_is_run_with_the_same_settings_and_switches", a_race_is_run_with_the_same_settings),
    ("result_is_what_the_program_prints", result_is_what_the_program_prints),
    ("payoff_is_a_short_race", payoff_is_a_short_race),
    ("a_tour_that_nobody_reads_ends_without_a_word", a_tour_that_nobody_reads_ends_without_a_word),
    ("a_compact_tour_fits_the_screen", a_compact_tour_fits_the_screen),
    ("a_compact_tour_keeps_to_a_narrow_terminal", a_compact_tour_keeps_to_a_narrow_terminal),
];

fn command(words: &[&str], variables: &[(&str, &str)]) -> Command {
    let own = std::env::current_exe().expect("the test binary is a file");
    let mut command = Command::new(own);
    for variable in [SPEED, ROOM, BROKEN, "COLUMNS"] {
        command.env_remove(variable);
    }
    command.env(AS_MACHINE, "1").envs(variables.iter().copied()).args(words);
    command
}

fn run(words: &[&str], variables: &[(&str, &str)]) -> Output {
    command(words, variables).output().expect("the test binary runs")
}

fn printed(words: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(words, variables);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

/// What it says about a command line that is wrong.
fn refused(words: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(words, variables);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), b"".as_slice()));
    String::from_utf8(output.stderr).expect("it prints text")
}

fn what_is_not_given_is_none() {
    assert_eq!(printed(&["--run"], &[]), "one  two three  None None\n");
}

fn a_setting_is_a_flag_or_a_variable() {
    let expected = "one  two three  Some(\"fast\") Some(65536)\n";
    assert_eq!(printed(&["--run", "--speed", "fast", "--room", "64KiB"], &[]), expected);
    assert_eq!(printed(&["--run"], &[(SPEED, "fast"), (ROOM, "65536")]), expected);
}

fn a_flag_beats_its_variable() {
    let printed = printed(&["--run", "--speed", "slow"], &[(SPEED, "fast"), (ROOM, "1kB")]);
    assert_eq!(printed, "one  two three  Some(\"slow\") Some(1000)\n");
}

fn a_variable_with_a_wrong_value_is_named() {
    let message = refused(&["--run"], &[(SPEED, "faster")]);
    assert!(message.contains(&format!("'faster' for '{SPEED}'")), "{message}");
    assert!(message.contains("[possible values: slow, fast]"), "{message}");
    let message = refused(&["--run"], &[(ROOM, "plenty")]);
    assert!(message.contains(&format!("'plenty' for '{ROOM}'")), "{message}");
    assert!(message.contains("65536, 64KiB"), "{message}");
}

fn a_flag_with_a_wrong_value_is_named() {
    let message = refused(&["--run", "--speed", "faster"], &[(SPEED, "fast")]);
    assert!(message.contains("'faster' for '--speed <HOW>'"), "{message}");
    for room in ["", "-1"] {
        let message = refused(&["--run", "--room", room], &[]);
        assert!(message.contains(&format!("'{room}' for '--room <BYTES>'")), "{message}");
    }
}

fn an_empty_variable_says_nothing() {
    let empty = [(SPEED, ""), (ROOM, ""), (BROKEN, "")];
    assert_eq!(printed(&["--run"], &empty), printed(&["--run"], &[]));
}

fn a_switch_can_be_a_variable() {
    let status = |value| run(&["--run"], &[(BROKEN, value)]).status.code();
    for on in ["1", "true", "yes", "on"] {
        assert_eq!(status(on), Some(3), "{on}");
    }
    for off in ["0", "false", "no", "off"] {
        assert_eq!(status(off), Some(0), "{off}");
    }
    assert!(refused(&["--run"], &[(BROKEN, "perhaps")]).contains(&format!("'{BROKEN}'")));
}

fn variables_do_not_get_in_the_way() {
    let variables = [(SPEED, "fast"), (ROOM, "1MB"), (BROKEN, "1")];
    assert_eq!(printed(&["--list", "engines"], &variables), "beak\n");
    assert_eq!(printed(&["--word", "hello"], &variables), "the word hello\n");
    let variations = printed(&["--list", "variations"], &variables);
    assert_eq!(variations, "--speed=fast\n--room=64KiB --broken\n");
}

fn the_help_names_variables_and_defaults() {
    let help = printed(&["--help"], &[("COLUMNS", "300")]);
    for part in [
        format!("How fast it speaks [default: slow] [env: {SPEED}=]"),
        format!("How much room there is for words [default: 1.0 MiB] [env: {ROOM}=]"),
        format!("Fail [env: {BROKEN}=]"),
        "\n--speed:\n  slow          word by word\n".to_owned(),
    ] {
        assert!(help.contains(&part), "{part:?} is missing in\n{help}");
    }
}

fn a_race_is_run_with_the_same_settings() {
    assert!(printed(&["--bench", "--rounds=1"], &[]).contains("beak"));
    let unlucky = UNLUCKY.to_string();
    for flags in [["--room", unlucky.as_str()].as_slice(), &["--broken"]] {
        let output = run(&[&["--bench", "--rounds=1"], flags].concat(), &[]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains("beak did not finish"), "{flags:?}: {message}");
    }
}

fn result_is_what_the_program_prints() {
    assert_eq!(printed(&["--show", "result"], &[]), printed(&["--run"], &[]));
    assert_eq!(run(&["--show", "result", "--broken"], &[]).status.code(), Some(3));
}

fn payoff_is_a_short_race() {
    let table = printed(&["--show", "payoff"], &[]);
    assert!(table.contains("medians of 3 interleaved rounds:\nbeak "), "{table}");
    assert!(refused(&["-", "--show", "payoff"], &[]).contains("it needs a file"));
}

fn a_compact_tour_fits_the_screen() {
    let tour = printed(&[], &[]);
    let (stages, rest) = tour.split_once("   all in, ").expect("there is a race");
    insta::assert_snapshot!(stages, @r"
    Parrot
    Says it again.
    1. source: the program                                                                 --show source
       one
       two
    2. all: every line
       one
       two
       three
    3. long: a long line                                                                     --show long
       word word word word word word word word word word word word word word word word word word word w…
    4. missing: what is not there
       it is not there
    5. result, by the engine `beak`                                                        --show result
    one  two three  None None
    6. count: how many lines                                                                --show count
       lines: 4
       …
    7. payoff: the engines in a race                                                       --show payoff
    ");
    assert!(rest.lines().nth(1).is_some_and(|row| row.starts_with("   beak ")), "{rest}");
    insta::assert_snapshot!(rest.lines().skip(2).collect::<Vec<_>>().join("\n"), @r"
    To go on, with FILE or with this demo: --run, --bench, --show STAGE, --help
    or --speed HOW, --room BYTES, --broken, --without FEATURE, --word NAME
    ");
    assert!(tour.lines().all(|line| line.chars().count() <= 100), "{tour}");
}

fn a_tour_that_nobody_reads_ends_without_a_word() {
    let (reader, writer) = std::io::pipe().expect("there is a pipe");
    drop(reader);
    let output = command(&[], &[]).stdout(writer).output().expect("the test binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    // It has no status, as it has died of a signal.
    assert_eq!((output.status.code(), &*said), (None, ""));
}

fn a_compact_tour_keeps_to_a_narrow_terminal() {
    let tour = printed(&[], &[("COLUMNS", "40")]);
    // What the program prints is its own business.
    let ours = tour.lines().filter(|line| !line.contains("None"));
    assert!(ours.clone().all(|line| line.chars().count() <= 40), "{tour}");
    assert_eq!(ours.clone().nth(2), Some("1. source: the program     --show source"));
}
