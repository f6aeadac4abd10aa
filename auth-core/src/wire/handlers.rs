//! Which functions answered: a layer of the log that notes the spans which `#[tracing::instrument]` opens.
//!
//! The compiler writes file, line and name into them, so what the inspector shows can't drift from the code.

use std::path::Path;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::exchange;

/// The layer. Outside of a watched exchange it lets no span begin.
pub(crate) fn handlers<S>() -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let while_watched = dynamic_filter_fn(|metadata, _| is_ours(metadata) && exchange::is_watched())
        .with_callsite_filter(
            |metadata| {
                if is_ours(metadata) { Interest::sometimes() } else { Interest::never() }
            },
        )
        .with_max_level_hint(LevelFilter::DEBUG);
    Handlers.with_filter(while_watched)
}

/// A dependency is compiled by its absolute path, a crate of the workspace by its relative one.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.file().is_some_and(|file| Path::new(file).is_relative())
}

struct Handlers;

impl<S: Subscriber> Layer<S> for Handlers {
    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        exchange::handled_by(span.metadata());
    }
}
