//! The flags that a machine's settings and switches add, and the environment
//! variables behind them. Chapter 5 of the book is the first that has any.

use bytesize::ByteSize;
use clap::builder::{BoolishValueParser, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches};

use super::variable::also_from;
use crate::{Machine, Setting, SettingValues, Switch};

/// A flag for each setting and for each switch.
pub(super) fn flags(machine: &impl Machine) -> impl Iterator<Item = Arg> {
    let settings = machine.settings().iter().map(setting);
    settings.chain(machine.switches().iter().map(switch))
}

fn setting(setting: &Setting) -> Arg {
    let arg = Arg::new(setting.flag).long(setting.flag).value_name(setting.value_name);
    let arg = arg.hide_possible_values(true).help(help(setting));
    match setting.values {
        SettingValues::OneOf { choices, .. } => {
            let names = PossibleValuesParser::new(choices.iter().map(|choice| choice.name));
            also_from(setting.variable, arg, names)
        }
        // A negative number is no number of bytes, but no flag either.
        SettingValues::Bytes { .. } => {
            also_from(setting.variable, arg.allow_negative_numbers(true), bytes)
        }
    }
}

/// `How much room there is for words [default: 1.0 MiB]`
fn help(setting: &Setting) -> String {
    let default = match setting.values {
        SettingValues::OneOf { default, .. } => default.to_owned(),
        SettingValues::Bytes { default } => ByteSize::b(default).to_string(),
    };
    format!("{} [default: {default}]", setting.summary)
}

fn switch(switch: &Switch) -> Arg {
    let arg =
        Arg::new(switch.flag).long(switch.flag).action(ArgAction::SetTrue).help(switch.summary);
    match switch.variable {
        // What it may hold: 1, true, yes, on, and their opposites.
        Some(variable) => also_from(variable, arg, BoolishValueParser::new()),
        None => arg,
    }
}

/// A number of bytes in plain digits, from what people write.
fn bytes(text: &str) -> Result<String, String> {
    let bytes: Result<ByteSize, _> = text.parse();
    let has_digits_alone = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bytes = bytes.map_err(|_| match has_digits_alone {
        true => "more bytes than 64 bits can count",
        false => "not a number of bytes, as 65536, 64KiB and 1MB are",
    })?;
    Ok(bytes.as_u64().to_string())
}

/// The settings that are given, in the machine's order.
pub(super) fn given(machine: &impl Machine, arguments: &ArgMatches) -> Vec<(String, String)> {
    let flags = machine.settings().iter().map(|setting| setting.flag);
    let given = |flag| Some((flag, arguments.get_one::<String>(flag)?));
    flags.filter_map(given).map(|(flag, value)| (flag.to_owned(), value.clone())).collect()
}

/// The switches that are on, in the machine's order.
pub(super) fn switched_on(machine: &impl Machine, arguments: &ArgMatches) -> Vec<String> {
    let flags = machine.switches().iter().map(|switch| switch.flag);
    flags.filter(|flag| arguments.get_flag(flag)).map(str::to_owned).collect()
}
