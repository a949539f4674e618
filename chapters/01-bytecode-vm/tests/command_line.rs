//! This chapter's program from outside: what it prints for programs that read.

use std::process::Command;

use ch00_workbench::Machine;
use ch01_bytecode_vm::BytecodeVm;
use serde_json::Value;

/// What the program prints with these arguments.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ch01-bytecode-vm"))
        .args(arguments)
        .output()
        .expect("the program was built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).expect("it is JSON")
}

#[test]
fn a_stage_as_json_has_the_lines_of_the_text() {
    let text = printed(&["--show", "bytecode"]);
    let listing = json(&["--show", "bytecode", "--json"]);
    let lines = listing["lines"].as_array().expect("a listing has lines");
    let title = usize::from(listing["title"] != "");
    assert_eq!(title + lines.len(), text.lines().count());
}

#[test]
fn a_race_as_json_has_a_lap_for_every_engine() {
    let race = json(&["tests/bytecode/if_elif_else.py", "--bench", "--rounds", "1", "--json"]);
    let laps = race["laps"].as_array().expect("a race has laps");
    let names: Vec<&str> = laps.iter().filter_map(|lap| lap["name"].as_str()).collect();
    let engines: Vec<&str> = BytecodeVm.engines().iter().map(|engine| engine.name).collect();
    assert_eq!(names, engines);
    assert_eq!(race["rounds"], 1);
}
