//! Environment variables that stand for flags: an empty one says nothing, and a wrong
//! value is reported by the name of whatever it was found in. Chapter 5 of the book,
//! "Switches".

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Arg, Command, Error};

/// Has a variable stand for a flag, unless it is empty.
pub(super) fn also_from(
    variable: &'static str,
    arg: Arg,
    parser: impl TypedValueParser<Value: Clone + Send + Sync + 'static>,
) -> Arg {
    let arg = arg.value_parser(FromVariable { variable, parser });
    let is_empty = std::env::var_os(variable).is_some_and(|value| value.is_empty());
    if is_empty { arg } else { arg.env(variable) }
}

/// A parser whose errors name the variable, where it has the value.
#[derive(Clone)]
struct FromVariable<P> {
    variable: &'static str,
    parser: P,
}

impl<P: TypedValueParser> TypedValueParser for FromVariable<P> {
    type Value = P::Value;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<P::Value, Error> {
        self.parser.parse_ref(command, arg, value)
    }

    fn parse_ref_(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
        source: ValueSource,
    ) -> Result<P::Value, Error> {
        self.parse_ref(command, arg, value).map_err(|mut error| {
            if source == ValueSource::EnvVariable {
                let name = ContextValue::String(self.variable.to_owned());
                error.insert(ContextKind::InvalidArg, name);
            }
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.parser.possible_values()
    }
}
