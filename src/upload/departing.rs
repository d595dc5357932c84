//! A request's body that tells when it leaves.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The connection that sends a request takes its body just then: not when the request was made, and not before a new connection
/// is open. In HTTP/1 it goes with the head and in one write, in HTTP/2 after the head.
pub(super) struct Departing<F> {
    body: Option<Bytes>,
    leaves: Option<F>,
}

impl<F> Departing<F> {
    pub(super) fn new(body: String, leaves: F) -> Self {
        Self { body: Some(Bytes::from(body)), leaves: Some(leaves) }
    }
}

// Nothing in it is ever pinned.
impl<F> Unpin for Departing<F> {}

impl<F: FnOnce()> Body for Departing<F> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(leaves) = self.leaves.take() {
            leaves();
        }
        Poll::Ready(self.body.take().map(|body| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_body_tells_once_that_it_leaves_and_says_before_how_long_it_is() {
        let told = AtomicU32::new(0);
        let mut body = Departing::new("{}".to_owned(), || {
            told.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(2), false));
        assert_eq!(told.load(Ordering::Relaxed), 0);
        let mut context = Context::from_waker(std::task::Waker::noop());
        let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) else { panic!("no frame") };
        assert_eq!(frame.into_data().unwrap(), "{}");
        assert!(body.is_end_stream());
        assert!(matches!(Pin::new(&mut body).poll_frame(&mut context), Poll::Ready(None)));
        assert_eq!(told.load(Ordering::Relaxed), 1);
    }
}
