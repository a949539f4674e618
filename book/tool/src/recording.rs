//! Recorded output: what commands print, kept in files, so that a page never
//! shows something that was typed.
//!
//! `book/recordings.toml` lists the commands. They run from the root of the
//! repository; [`run`] makes the records again, and the pages read them.

pub mod excerpt;
pub mod list;
pub mod run;

pub use list::{Kind, Recording, Recordings};
