//! What the user says about the JIT: switches on the command line, or environment
//! variables. Chapter 5 of the book, "Switches".

use ch00_workbench::{Choice, RunOptions, Setting, SettingValues, Switch};

use super::DEFAULT_BUDGET;

/// When functions are compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Never: everything is interpreted.
    Off,
    /// At the first call.
    #[default]
    Lazy,
    /// All of them, before the program starts.
    Eager,
}

/// How the JIT behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JitOptions {
    /// When functions are compiled.
    pub when: When,
    /// How many bytes of code there may be.
    pub budget: usize,
    /// Whether calls are counted.
    pub counts_calls: bool,
    /// Whether all code is thrown away at each call that can be.
    pub is_stressed: bool,
}

impl Default for JitOptions {
    /// At the first call, with as much code as a cache has by default.
    fn default() -> JitOptions {
        let (when, budget) = (When::default(), DEFAULT_BUDGET);
        JitOptions { when, budget, counts_calls: false, is_stressed: false }
    }
}

/// The setting that says when.
const JIT: &str = "jit";

/// The setting that says how much.
const BUDGET: &str = "budget";

/// The switch that shows what the cache has done.
pub(super) const STATS: &str = "stats";

/// The switch for tests of eviction.
const STRESS: &str = "stress";

/// What can be set.
pub(super) const SETTINGS: [Setting; 2] = [
    Setting {
        flag: JIT,
        value_name: "WHEN",
        values: SettingValues::OneOf {
            choices: &[
                Choice { name: "off", summary: "nothing is compiled, all is interpreted" },
                Choice { name: "on", summary: "the same as lazy" },
                Choice { name: "lazy", summary: "a function is compiled when it is first called" },
                Choice { name: "eager", summary: "all functions are compiled before the start" },
            ],
            default: "on",
        },
        variable: "COPY_PATCH_RUN_JIT",
        summary: "When the engine `jit` compiles",
    },
    Setting {
        flag: BUDGET,
        value_name: "BYTES",
        values: SettingValues::Bytes { default: DEFAULT_BUDGET as u64 },
        variable: "COPY_PATCH_RUN_BUDGET",
        summary: "How much code of the engine `jit` there may be at a time; 0 for none",
    },
];

/// What can be switched on.
pub(super) const SWITCHES: [Switch; 2] = [
    Switch {
        flag: STATS,
        summary: "Tell on standard error what the cache of the engine `jit` has done; counts calls",
        variable: Some("COPY_PATCH_RUN_STATS"),
    },
    Switch {
        flag: STRESS,
        summary: "Have the engine `jit` throw away, at each call, all code that can be (a test)",
        variable: None,
    },
];

/// Ways to run a program that all print the same.
pub(super) const VARIATIONS: [&[&str]; 6] = [
    &["--jit=off"],
    &["--jit=eager"],
    &["--budget=0"],
    &["--budget=600"],
    &["--stress"],
    &["--budget=2500"],
];

impl JitOptions {
    /// What the command line says.
    pub(super) fn new(options: &RunOptions) -> JitOptions {
        let default = JitOptions::default();
        let when = match options.setting(JIT) {
            Some("off") => When::Off,
            Some("eager") => When::Eager,
            _ => When::Lazy,
        };
        let budget =
            options.bytes(BUDGET).map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        JitOptions {
            when,
            budget: budget.unwrap_or(default.budget),
            counts_calls: options.wants(STATS),
            is_stressed: options.wants(STRESS),
        }
    }
}
