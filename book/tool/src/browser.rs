//! A real browser, without a window: Chromium, driven through its command line
//! and a page of ours that opens the pages of the book one after the other.

pub mod chromium;
pub mod screenshots;
pub mod visit;

pub use chromium::Chromium;
