//! Linking: a sequence of stencils becomes an image, and an image becomes code at
//! an address. Chapter 3 of the book, "Two passes".

mod values;
mod flat;
mod library;
mod code_map;
mod image;
mod linker;
mod arrange;
mod fill;
mod place;
mod error;

pub use code_map::{CodeMap, Position, Step};
pub use error::{LinkError, PlaceError};
pub use image::{Image, Kept, KeptTarget};
pub use library::{Library, LibraryError};
pub use values::{HoleResolver, Values};
