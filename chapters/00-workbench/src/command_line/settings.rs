//! The flags that a machine's settings and switches add, and the environment
//! variables behind them. Chapter 5 of the book is the first that has any.

use bytesize::ByteSize;
use clap::builder::{BoolishValueParser, PossibleValuesParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};

use super::variable::also_from;
use crate::{Machine, Setting, SettingValues, Switch};

/// A flag for each setting and for each switch.
pub(super) fn flags(machine: &impl Machine) -> impl Iterator<Item = Arg> {
    let settings = machine.settings().iter().map(setting);
    settings.chain(machine.switches().iter().map(switch))
}

fn setting(setting: &Setting) -> Arg {
    let arg = Arg::new(setting.flag)
        .long(setting.flag)
        .value_name(setting.value_name)
        .hide_possible_values(true)
        .default_value(setting.default)
        .help(setting.summary);
    match setting.values {
        SettingValues::OneOf(choices) => {
            let names = PossibleValuesParser::new(choices.iter().map(|choice| choice.name));
            also_from(setting.variable, arg, names)
        }
        // A negative number is no number of bytes, but no flag either.
        SettingValues::Bytes => {
            also_from(setting.variable, arg.allow_negative_numbers(true), bytes)
        }
    }
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

/// The settings that are given, in the machine's order. A default is not given.
pub(super) fn given(machine: &impl Machine, arguments: &ArgMatches) -> Vec<(String, String)> {
    let is_given = |flag: &str| arguments.value_source(flag) != Some(ValueSource::DefaultValue);
    let flags = machine.settings().iter().map(|setting| setting.flag);
    let value = |flag: &str| {
        let value = arguments.get_one::<String>(flag).expect("a setting has a default");
        (flag.to_owned(), value.clone())
    };
    flags.filter(|flag| is_given(flag)).map(value).collect()
}

/// The switches that are on, in the machine's order.
pub(super) fn switched_on(machine: &impl Machine, arguments: &ArgMatches) -> Vec<String> {
    let flags = machine.switches().iter().map(|switch| switch.flag);
    flags.filter(|flag| arguments.get_flag(flag)).map(str::to_owned).collect()
}
