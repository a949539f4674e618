//! `taken-jumps`, tried on the loop that all chapters share: how many jumps one
//! more turn of it takes in the code of two JITs. Chapter 3 of the book, "Payoff",
//! says why.
//!
//! Where the system does not permit tracing, every test is ignored by name.

mod harness;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use conformance::outcome::Status;
use conformance::process::{self, PATIENCE};
use conformance::{Chapter, Engine, Outcome, Workspace};
use libtest_mimic::{Completion, Failed, Trial};

const TOOL: &str = env!("CARGO_BIN_EXE_taken-jumps");

/// The chapter whose JIT leaves out jumps.
const CHAPTER: u32 = 3;

/// The loop, and where it says how often it turns.
const LOOP: &str = "book/programs/short/loop.py";
const TURNS: &str = "1_000";

/// A step takes two changes of process: where others want the processor too, it
/// waits for them each time.
const PATIENCE_WITH_STEPS: Duration = PATIENCE.saturating_mul(5);

/// What the tool says where it cannot work.
const OBSTACLES: [&str; 2] = ["does not permit tracing", "that takes Linux on x86-64"];

/// Engines, and the jumps that they take for each turn of the loop. Chapter 2's
/// JIT jumps at the end of each of its 13 bytecodes. `POP_JUMP_IF_FALSE` takes a
/// second one on the way there, since Clang puts the case of a true condition last.
/// Chapter 3's takes only the one back to the start.
const JUMPS_PER_TURN: [(&str, u64); 2] = [("jit", 1), ("jit-large", 14)];

/// A test's name, and the test: it panics on what it does not expect.
type Case = (&'static str, fn());

const CASES: [Case; 4] = [
    ("code_in_files_is_not_counted", code_in_files_is_not_counted),
    ("what_the_command_prints_goes_to_standard_error", what_it_prints_goes_to_standard_error),
    ("the_commands_exit_status_is_passed_on", the_exit_status_is_passed_on),
    ("a_command_that_does_not_exist_is_named", a_command_that_does_not_exist_is_named),
];

fn main() -> ExitCode {
    harness::run(trials())
}

fn trials() -> Result<Vec<Trial>, Box<dyn Error>> {
    let workspace = Workspace::load()?;
    let of_the_tool = CASES.map(|(name, test)| {
        trial(format!("taken_jumps/{name}"), move || {
            test();
            Ok(())
        })
    });
    let mut trials = Vec::from(of_the_tool);
    let chapters = workspace.selected_chapters()?;
    if let Some(chapter) = chapters.iter().find(|chapter| chapter.number() == CHAPTER) {
        let program = fs::read_to_string(workspace.root().join(LOOP))?;
        trials.extend(
            JUMPS_PER_TURN.map(|(name, jumps)| of_the_loop(chapter, name, jumps, &program)),
        );
    }
    Ok(trials)
}

/// A test that is ignored, with the reason, where nothing can be traced.
fn trial(name: String, test: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    Trial::ignorable_test(name, move || match obstacle() {
        Some(obstacle) => Ok(Completion::ignored_with(obstacle)),
        None => test().map(|()| Completion::Completed),
    })
}

fn obstacle() -> Option<String> {
    let outcome = count(Command::new("true"));
    let message = String::from_utf8_lossy(&outcome.stderr);
    OBSTACLES
        .iter()
        .any(|obstacle| message.contains(obstacle))
        .then(|| message.trim().trim_start_matches("error: ").to_owned())
}

/// A test of how many jumps `engine` takes for one more turn of the loop.
fn of_the_loop(chapter: &Chapter, engine: &str, jumps: u64, program: &str) -> Trial {
    let (chapter, program) = (chapter.clone(), program.to_owned());
    let engine = Engine::new(CHAPTER, engine.to_owned(), chapter.executable());
    trial(format!("{engine}/taken_jumps/per_turn_of_the_loop"), move || {
        chapter.build()?;
        let folder = tempfile::tempdir()?;
        let few = taken_jumps(&engine, folder.path(), &program, 100);
        let many = taken_jumps(&engine, folder.path(), &program, 200);
        assert_eq!(many - few, 100 * jumps, "in 100 more turns of the loop");
        Ok(())
    })
}

/// The jumps that an engine takes when the loop turns `turns` times.
fn taken_jumps(engine: &Engine, folder: &Path, program: &str, turns: u32) -> u64 {
    assert!(program.contains(TURNS), "the loop turns {TURNS} times");
    let file = folder.join("loop.py");
    fs::write(&file, program.replace(TURNS, &turns.to_string())).expect("the folder is ours");
    let outcome = count(engine.command(&file));
    let printed = String::from_utf8_lossy(&outcome.stdout);
    let count = printed.strip_prefix("taken jumps ").and_then(|rest| rest.split(' ').next());
    count
        .and_then(|count| count.replace(',', "").parse().ok())
        .unwrap_or_else(|| panic!("no taken jumps in {outcome:?}"))
}

/// What the tool prints about a command.
fn count(command: Command) -> Outcome {
    let mut tool = Command::new(TOOL);
    process::isolate(&mut tool);
    tool.arg(command.get_program()).args(command.get_args());
    process::capture(&mut tool, PATIENCE_WITH_STEPS).expect("the tool ends")
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn code_in_files_is_not_counted() {
    let outcome = count(Command::new("true"));
    let expected = "taken jumps 0   instructions 0   calls 0   returns 0\n";
    assert_eq!(String::from_utf8_lossy(&outcome.stdout), expected);
}

fn what_it_prints_goes_to_standard_error() {
    let outcome = count(shell("echo printed"));
    assert_eq!(String::from_utf8_lossy(&outcome.stderr), "printed\n");
    assert!(!String::from_utf8_lossy(&outcome.stdout).contains("printed"));
}

fn the_exit_status_is_passed_on() {
    assert_eq!(count(shell("exit 3")).status, Status::Exited(3));
    let killed = count(shell("kill -TERM $$"));
    assert_eq!(killed.status, Status::Exited(128 + 15), "as a shell says it");
}

fn a_command_that_does_not_exist_is_named() {
    let outcome = count(Command::new("no-such-command"));
    assert_eq!(outcome.status, Status::Exited(1));
    let message = String::from_utf8_lossy(&outcome.stderr);
    assert!(message.starts_with("error: cannot start `no-such-command`: "), "{message}");
    assert!(outcome.stdout.is_empty(), "nothing was counted");
}
