//! The tracer where it cannot work: it says so. Chapter 3 of the book, "Payoff".

use std::ffi::OsString;

use anyhow::{Error, Result, anyhow, bail};
use conformance::outcome::Status;

use crate::counts::Counts;

/// Counts nothing.
///
/// # Errors
/// Always.
pub(crate) fn count(_: &[OsString]) -> Result<Option<(Counts, Status)>> {
    bail!("taken jumps cannot be counted here: that takes Linux on x86-64");
}

/// Becomes nothing, and says why.
pub(crate) fn become_traced(_: &[OsString]) -> Error {
    anyhow!("this command cannot be traced here: that takes Linux on x86-64")
}
