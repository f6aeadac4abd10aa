//! Sees a body while the handler reads it. What the handler does not read is not read for the inspector either:
//! watching must not change when, and whether, an answer comes.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};

use super::LONGEST;

/// What came by so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    ended: bool,
    /// It broke off, or became too long to keep.
    lost: bool,
}

impl Seen {
    /// The same stream.
    pub(super) fn tee<S, E>(&self, stream: S) -> impl Stream<Item = Result<Bytes, E>> + use<S, E>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let (seen, at_its_end) = (self.clone(), self.clone());
        let end = stream::poll_fn(move |_| {
            at_its_end.update(|kept| kept.ended = true);
            Poll::Ready(None)
        });
        stream.inspect(move |chunk| seen.update(|kept| kept.add(chunk.as_ref().ok()))).chain(end)
    }

    /// The whole body, of which `announced` says the length if the sender did; or none of it.
    pub(super) fn whole(&self, announced: Option<usize>) -> Option<Vec<u8>> {
        self.update(|kept| {
            // With its last byte it is whole, whether or not the handler looked for more (RFC 9112 §6.3).
            let whole = !kept.lost && (kept.ended || announced == Some(kept.bytes.len()));
            whole.then(|| std::mem::take(&mut kept.bytes))
        })
    }

    fn update<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    fn add(&mut self, chunk: Option<&Bytes>) {
        match chunk {
            Some(chunk) if !self.lost && self.bytes.len() + chunk.len() <= LONGEST => {
                self.bytes.extend_from_slice(chunk);
            }
            _ => *self = Kept { lost: true, ..Kept::default() },
        }
    }
}
