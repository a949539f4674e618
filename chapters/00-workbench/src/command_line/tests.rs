//! What a command line comes to, with a machine that has one of everything.

use super::races::engines;
use super::*;
use crate::{
    About, Choice, Compiled, Compiler, Console, EngineName, Feature, Listing, Memory, RunOptions,
    Setting, SettingValues, Source, Stage, Switch, View,
};

/// A machine whose newest engine cannot run here.
struct Obstructed;

const OLD: EngineName =
    EngineName { name: "old", summary: "runs anywhere", obstacle: None, inherited: false };
const COMPILED: EngineName = EngineName { name: "compiled", inherited: true, ..OLD };
const NEW: EngineName = EngineName { name: "new", obstacle: Some("it needs a moon"), ..OLD };
const GEAR: Setting = Setting {
    flag: "gear",
    value_name: "NAME",
    values: SettingValues::OneOf {
        choices: &[
            Choice { name: "low", summary: "for hills" },
            Choice { name: "high", summary: "for plains" },
        ],
        default: "low",
    },
    variable: "WORKBENCH_TEST_GEAR",
    summary: "How far a turn goes",
};
const BASKET: Setting = Setting {
    flag: "basket",
    value_name: "BYTES",
    values: SettingValues::Bytes { default: 1 << 20 },
    variable: "WORKBENCH_TEST_BASKET",
    summary: "How much it carries",
};

impl Machine for Obstructed {
    type Loaded = ();

    fn about(&self) -> About {
        About { title: "Obstructed", summary: "runs in part", demo: ("demo", "") }
    }
    fn stages(&self) -> &'static [Stage] {
        &[Stage { name: "code", summary: "what runs", tour_lines: 1, runs_program: false }]
    }
    fn engines(&self) -> &'static [EngineName] {
        &[COMPILED, OLD, NEW]
    }
    fn features(&self) -> &'static [Feature] {
        &[
            Feature { name: "grease", summary: "turns more easily" },
            Feature { name: "spokes", summary: "weighs less" },
        ]
    }
    fn switches(&self) -> &'static [Switch] {
        &[Switch { flag: "bell", variable: None, summary: "Ring" }]
    }
    fn settings(&self) -> &'static [Setting] {
        &[GEAR, BASKET]
    }
    fn variations(&self) -> &'static [&'static [&'static str]] {
        &[&["--bell"], &["--gear=high", "--basket=0"]]
    }
    fn views(&self) -> &'static [View] {
        &[View { flag: "part", value_name: "NAME", summary: "One part of it" }]
    }
    fn view(
        &self,
        _: &str,
        name: &str,
        options: &RunOptions,
        _: Option<usize>,
    ) -> Result<String, Refusal> {
        let dry = if options.has("grease") { "" } else { "dry " };
        Ok(format!("the {dry}{name} of the {} one", options.engine))
    }
    fn load(&self, _: Source) -> Result<(), Refusal> {
        Ok(())
    }
    fn show(&self, (): &(), _: &str, _: &RunOptions) -> Result<Listing, Refusal> {
        Ok(Listing::default())
    }
    fn compiler<'a>(
        &self,
        programs: &'a [()],
        options: &RunOptions,
    ) -> Result<Option<Box<dyn Compiler + 'a>>, Refusal> {
        let has_compiler = options.engine == COMPILED.name;
        Ok(has_compiler.then(|| Box::new(Refusing(programs)) as Box<dyn Compiler>))
    }
    fn run(&self, (): &(), _: &RunOptions, _: Console<'_>) -> Result<Ending, Refusal> {
        Ok(Ending::Status(0))
    }
}

/// A compiler that says how many programs it was to compile.
struct Refusing<'a>(&'a [()]);

impl Compiler for Refusing<'_> {
    fn memories(&self) -> &'static [Memory] {
        &[Memory::Cold]
    }
    fn compile(&mut self, memory: Memory) -> Result<Compiled, Refusal> {
        let message = format!("no {memory} memory for programs: {}", self.0.len());
        Err(Refusal { message, status: 1 })
    }
}

fn matches(words: &[&str]) -> Result<ArgMatches, clap::Error> {
    command(&Obstructed).try_get_matches_from(["obstructed"].iter().chain(words))
}

fn options(words: &[&str]) -> Result<RunOptions, Refusal> {
    run_options(&Obstructed, &matches(words).expect("the command line is right"))
}

/// Why this is not done.
fn refusal(words: &[&str]) -> Refusal {
    act(&Obstructed, &matches(words).expect("the command line is right")).unwrap_err()
}

#[test]
fn the_command_line_is_well_formed() {
    command(&Obstructed).debug_assert();
}

#[test]
fn the_default_is_the_newest_engine_that_can_run_here() {
    assert_eq!(options(&[]).unwrap().engine, "old");
}

#[test]
fn an_engine_that_cannot_run_here_is_refused_with_its_reason() {
    let refusal = options(&["--engine", "new"]).unwrap_err();
    assert_eq!(refusal.message, "the engine `new` cannot run here: it needs a moon");
    assert_eq!(refusal.status, USAGE);
}

#[test]
fn an_engine_that_cannot_run_here_does_not_race() {
    let contestants = engines(&Obstructed, None, &RunOptions::default()).unwrap();
    let names: Vec<String> = contestants.into_iter().map(|engine| engine.name).collect();
    assert_eq!(names, ["compiled", "old"]);
}

#[test]
fn a_view_is_a_flag_that_goes_with_an_engine_and_features_alone() {
    let viewed = |words: &[&str]| {
        let arguments = matches(&[&["--part", "wheel"], words].concat()).ok()?;
        let options = run_options(&Obstructed, &arguments).ok()?;
        view::requested(&Obstructed, &arguments, &options).map(Result::unwrap)
    };
    for words in [&[][..], &["--engine", "old"]] {
        assert_eq!(viewed(words).as_deref(), Some("the wheel of the old one"));
    }
    assert_eq!(viewed(&["--without", "grease"]).as_deref(), Some("the dry wheel of the old one"));
    for other in ["--run", "--bench", "--compile-speed", "--json", "program.py"] {
        assert_eq!(viewed(&[other]), None);
    }
}

#[test]
fn features_that_are_switched_off_are_told_once_and_in_order() {
    let off = |words: &[&str]| options(words).unwrap().without;
    assert_eq!(off(&[]), [""; 0]);
    assert_eq!(off(&["--without", "spokes"]), ["spokes"]);
    let both = ["grease", "spokes"];
    assert_eq!(off(&["--without", "spokes,grease"]), both);
    assert_eq!(off(&["--without=spokes", "--without=grease,spokes"]), both);
    assert_eq!(off(&["--run", "--hop", "1", "--without", "grease", "a.py"]), ["grease"]);
}

#[test]
fn a_feature_that_there_is_not_is_answered_with_those_that_there_are() {
    let error = matches(&["--without", "spoke"]).unwrap_err();
    assert_eq!(error.exit_code(), i32::from(USAGE));
    let text = error.to_string();
    assert!(text.contains("[possible values: grease, spokes]"), "{text}");
    assert!(text.contains("a similar value exists: 'spokes'"), "{text}");
}

#[test]
fn the_help_names_all_that_can_be_chosen() {
    let help = command(&Obstructed).render_help().to_string();
    for line in [
        "code          what runs\n  result        what the program prints\n  payoff        the eng",
        "old           runs anywhere",
        "spokes        weighs less",
        "\n--gear:\n  low           for hills\n",
    ] {
        assert!(help.contains(line), "{help}");
    }
    assert_eq!(list(&Obstructed, "features"), "grease\nspokes\n");
}

#[test]
fn a_race_is_run_without_the_features_that_are_switched_off() {
    let options = options(&["--bench", "--without", "grease,spokes"]).unwrap();
    let contestants = engines(&Obstructed, None, &options).unwrap();
    for contestant in contestants {
        assert!(
            contestant
                .command
                .ends_with(&["--without=grease", "--without=spokes"].map(str::to_owned))
        );
    }
}

#[test]
fn a_race_is_run_with_the_switches_and_settings_that_are_given() {
    let words = |options: &RunOptions| {
        engines(&Obstructed, None, options).unwrap()[0].command[1..].join(" ")
    };
    assert_eq!(words(&options(&["--bench"]).unwrap()), "--run --engine compiled");
    let options = options(&["--bench", "--basket", "64KiB", "--bell"]).unwrap();
    assert_eq!(words(&options), "--run --engine compiled --bell --basket=65536");
}

#[test]
fn a_setting_that_is_not_given_has_no_value() {
    let options = options(&["--gear", "low"]).unwrap();
    assert_eq!(options.settings, [("gear".to_owned(), "low".to_owned())]);
    assert_eq!((options.setting("gear"), options.setting("basket")), (Some("low"), None));
    assert_eq!(options.bytes("basket"), None);
}

#[test]
fn a_number_of_bytes_can_have_a_unit() {
    let cases =
        [("0", 0), ("65536", 65_536), ("64KiB", 65_536), ("1MB", 1_000_000), ("1.5 kib", 1_536)];
    for (text, bytes) in cases {
        let options = options(&["--basket", text]).unwrap();
        assert_eq!(options.bytes("basket"), Some(bytes), "{text}");
    }
}

#[test]
fn what_is_no_number_of_bytes_is_answered_with_some_that_are() {
    for text in ["", "plenty", "64 parrots", "-1", "1e6"] {
        let error = matches(&[&format!("--basket={text}")]).unwrap_err();
        assert_eq!(error.exit_code(), i32::from(USAGE));
        let message = error.to_string();
        assert!(
            message.contains("not a number of bytes, as 65536, 64KiB and 1MB are"),
            "{message}"
        );
    }
}

#[test]
fn too_many_bytes_are_no_other_kind_of_mistake() {
    let error = matches(&["--basket", "99999999999999999999"]).unwrap_err();
    assert_eq!(error.exit_code(), i32::from(USAGE));
    assert!(error.to_string().contains("more bytes than 64 bits can count"), "{error}");
}

#[test]
fn a_value_that_there_is_not_is_answered_with_those_that_there_are() {
    let text = matches(&["--gear", "hihg"]).unwrap_err().to_string();
    assert!(text.contains("[possible values: low, high]"), "{text}");
    assert!(text.contains("a similar value exists: 'high'"), "{text}");
}

#[test]
fn the_names_of_a_list_stand_alone() {
    assert_eq!(list(&Obstructed, "variations"), "--bell\n--gear=high --basket=0\n");
    assert!(matches(&["--list", "variations"]).is_ok());
    for other in [["--run"].as_slice(), &["--part", "wheel"], &["--bell"], &["a.py"]] {
        assert!(matches(&[&["--list", "stages"], other].concat()).is_err(), "{other:?}");
    }
}

#[test]
fn the_benchs_own_stages_are_shown_and_not_listed() {
    for stage in ["result", "payoff"] {
        assert!(matches(&["--show", stage]).is_ok());
    }
    assert_eq!(act(&Obstructed, &matches(&["--show", "result"]).unwrap()), Ok(Ending::Status(0)));
    assert_eq!(list(&Obstructed, "stages"), "code\n");
}

#[test]
fn the_benchs_own_stages_have_no_json() {
    let refused = |stage| refusal(&["--show", stage, "--json"]);
    let message = "--show payoff cannot be had as JSON: take --bench --json";
    assert_eq!(refused("payoff"), Refusal { message: message.to_owned(), status: USAGE });
    assert!(refused("result").message.contains("it is what the program prints"));
}

#[test]
fn compile_speed_takes_any_number_of_programs() {
    let compile = |files: &[&str]| {
        refusal(&[&["--compile-speed", "--engine", "compiled"], files].concat()).message
    };
    assert_eq!(compile(&[]), "no cold memory for programs: 1");
    assert_eq!(compile(&["Cargo.toml", "Cargo.toml"]), "no cold memory for programs: 2");
}

#[test]
fn an_engine_without_a_compiler_names_those_that_have_one() {
    let refusal = refusal(&["--compile-speed"]);
    let message = "the engine `old` has no compiler that can be timed: take --engine compiled";
    assert_eq!((refusal.message.as_str(), refusal.status), (message, USAGE));
}

#[test]
fn all_else_takes_one_program_at_most() {
    let refusal = refusal(&["a.py", "b.py", "--run"]);
    assert!(refusal.message.contains("one program too many, 'b.py'"), "{refusal}");
    assert_eq!(refusal.status, USAGE);
}

#[test]
fn rounds_and_json_go_with_what_is_timed() {
    for timed in ["--bench", "--compile-speed"] {
        assert!(matches(&[timed, "--rounds", "9", "--json"]).is_ok());
    }
    assert!(matches(&["--rounds", "9"]).is_err());
    assert!(matches(&["--bench", "--compile-speed"]).is_err());
}
