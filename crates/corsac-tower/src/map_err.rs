//! Makes responses of errors.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

/// Makes responses of a service's errors: see [`CorsLayer::map_err`](crate::CorsLayer::map_err).
#[must_use]
pub struct MapErrLayer<F, E> {
    map: F,
    error: PhantomData<fn(E)>,
}

impl<F, E> MapErrLayer<F, E> {
    pub(crate) fn new(map: F) -> Self {
        Self {
            map,
            error: PhantomData,
        }
    }
}

impl<F: Clone, E> Clone for MapErrLayer<F, E> {
    fn clone(&self) -> Self {
        Self::new(self.map.clone())
    }
}

impl<F, E> fmt::Debug for MapErrLayer<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapErrLayer").finish_non_exhaustive()
    }
}

impl<S, F: Clone, E> Layer<S> for MapErrLayer<F, E> {
    type Service = MapErr<S, F, E>;

    fn layer(&self, inner: S) -> MapErr<S, F, E> {
        MapErr {
            inner,
            map: self.map.clone(),
            readiness_error: None,
        }
    }
}

/// A service that has responses in the place of the inner service's errors.
pub struct MapErr<S, F, E> {
    inner: S,
    map: F,
    /// What the inner service said when it was last asked whether it is ready.
    readiness_error: Option<E>,
}

/// A clone must be asked anew whether it is ready, like every clone of a service.
impl<S: Clone, F: Clone, E> Clone for MapErr<S, F, E> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            map: self.map.clone(),
            readiness_error: None,
        }
    }
}

impl<S: fmt::Debug, F, E> fmt::Debug for MapErr<S, F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapErr")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

impl<S, F, RequestBody, ResponseBody> Service<Request<RequestBody>> for MapErr<S, F, S::Error>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    F: Fn(S::Error) -> Response<ResponseBody> + Clone,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = MapErrFuture<S::Future, F, ResponseBody>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.readiness_error.is_none() {
            self.readiness_error = ready!(self.inner.poll_ready(context)).err();
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let state = match self.readiness_error.take() {
            Some(error) => State::Failed {
                response: Some((self.map)(error)),
            },
            None => State::Called {
                future: self.inner.call(request),
                map: self.map.clone(),
            },
        };
        MapErrFuture { state }
    }
}

pin_project! {
    /// The future of a [`MapErr`] service's response.
    #[must_use = "futures do nothing unless polled"]
    pub struct MapErrFuture<T, F, B> {
        #[pin]
        state: State<T, F, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<T, F, B> {
        /// The inner service could not be called.
        Failed { response: Option<Response<B>> },
        /// The inner service was called.
        Called {
            #[pin]
            future: T,
            map: F,
        },
    }
}

impl<T, F, B> fmt::Debug for MapErrFuture<T, F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapErrFuture").finish_non_exhaustive()
    }
}

impl<T, F, B, E> Future for MapErrFuture<T, F, B>
where
    T: Future<Output = Result<Response<B>, E>>,
    F: Fn(E) -> Response<B>,
{
    type Output = Result<Response<B>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(match self.project().state.project() {
            StateProjection::Failed { response } => response
                .take()
                .expect("a future is not polled after its end"),
            StateProjection::Called { future, map } => {
                ready!(future.poll(context)).unwrap_or_else(&*map)
            }
        }))
    }
}
