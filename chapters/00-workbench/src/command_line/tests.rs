//! What a command line comes to, with a machine that has one of everything.

use super::*;
use crate::{
    About, Compiled, Compiler, Console, EngineName, Feature, Listing, Memory, RunOptions, Source,
    Stage, View,
};

/// A machine whose newest engine cannot run here.
struct Obstructed;

const OLD: EngineName =
    EngineName { name: "old", summary: "runs anywhere", obstacle: None, inherited: false };
const COMPILED: EngineName = EngineName { name: "compiled", inherited: true, ..OLD };
const NEW: EngineName = EngineName { name: "new", obstacle: Some("it needs a moon"), ..OLD };

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
fn the_help_names_stages_engines_and_features() {
    let help = command(&Obstructed).render_help().to_string();
    for line in
        ["code          what runs", "old           runs anywhere", "spokes        weighs less"]
    {
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
