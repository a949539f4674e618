//! What mdBook complains about. It reports through `tracing` only, and goes on
//! after an error: a missing file leaves a hole in a page.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

const CAUSE: &str = "Caused By:";

/// What was reported with the levels WARN and ERROR.
#[derive(Debug, Clone, Default)]
pub struct Messages(Arc<Mutex<Vec<String>>>);

/// Runs something and returns with its result what was reported meanwhile.
pub fn during<T>(run: impl FnOnce() -> T) -> (T, Vec<String>) {
    let messages = Messages::default();
    let subscriber = Registry::default().with(messages.clone());
    let result = tracing::subscriber::with_default(subscriber, run);
    (result, messages.take())
}

impl Messages {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Subscriber> Layer<S> for Messages {
    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match messages.last_mut() {
            // mdBook reports the causes of an error one by one.
            Some(last) if text.0.starts_with(CAUSE) => *last += &format!("\n{}", text.0),
            _ => messages.push(text.0),
        }
    }
}

/// The text of an event: its message, and its other fields if it has any.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = if field.name() == "message" {
            write!(self.0, "{value:?}")
        } else {
            write!(self.0, " {}={value:?}", field.name())
        };
        written.expect("a string takes all that is written to it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_and_errors_are_kept_and_the_rest_is_not() {
        let (result, messages) = during(|| {
            tracing::info!("building");
            tracing::warn!("tag not closed");
            tracing::error!("no file {}", "a.rs");
            tracing::error!("Caused By: no folder");
            1
        });
        assert_eq!(result, 1);
        assert_eq!(messages, ["tag not closed", "no file a.rs\nCaused By: no folder"]);
    }
}
