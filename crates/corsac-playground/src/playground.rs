//! The demo as a whole.

use std::{future::Future, io, net, sync::Arc, time::Duration};

use axum::{Router, middleware::from_fn_with_state};
use tokio::{net::TcpListener, sync::watch, time};

use crate::{
    addresses::{Addresses, Listeners, Ports},
    enforcer::Enforcer,
    page::Page,
    petstore::Petstore,
    recorder::{Recorder, record_at_api},
};

/// The demo: its listeners are bound, and nobody is served yet.
#[derive(Debug)]
pub struct Playground {
    listeners: Listeners,
    addresses: Addresses,
    page: Router,
    api: Router,
    enforcer: Arc<Enforcer>,
}

impl Playground {
    /// Binds the listeners on `127.0.0.1`: a taken port is replaced by the next free one.
    pub fn bind(ports: Ports) -> io::Result<Self> {
        let (listeners, addresses) = Listeners::bind(ports)?;
        let petstore = Petstore::default();
        let recorder = Recorder::default();
        let enforcer = Arc::new(Enforcer::new(&addresses, recorder.clone()));
        let api = petstore
            .router()
            .layer(from_fn_with_state(recorder.clone(), record_at_api));
        let page = Page {
            addresses,
            petstore,
            recorder,
            enforcer: enforcer.clone(),
        };
        let page = page
            .router()
            .map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Self {
            listeners,
            addresses,
            page,
            api,
            enforcer,
        })
    }

    /// Where everything is.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Serves until `shutdown` is done; requests under way then have a moment to finish.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let (running, ended) = watch::channel(());
        let until_end = || {
            let mut ended = ended.clone();
            // Nothing is ever sent: it is done when the other end is dropped.
            async move { ended.changed().await.unwrap_or_default() }
        };
        let page = axum::serve(listener(self.listeners.page)?, self.page);
        let api = axum::serve(listener(self.listeners.api)?, self.api);
        let gateway = listener(self.listeners.gateway)?;
        let serving = async {
            tokio::try_join!(
                page.with_graceful_shutdown(until_end()).into_future(),
                api.with_graceful_shutdown(until_end()).into_future(),
                async {
                    self.enforcer.serve(gateway, until_end()).await;
                    Ok(())
                },
            )
            .map(|((), (), ())| ())
        };
        tokio::pin!(serving);
        tokio::select! {
            result = &mut serving => result,
            () = shutdown => {
                drop(running);
                time::timeout(SHUTDOWN_LIMIT, serving).await.unwrap_or(Ok(()))
            }
        }
    }
}

fn listener(listener: net::TcpListener) -> io::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// No request of the demo takes longer; whoever ends it does not want to wait.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);
