//! Listening on one port until told to stop.

use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use galen_lifecycle::Project;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::router::routes;
use crate::site::Site;
use crate::watch::LAST_VERIFIED_FOR;

/// How long requests that are under way may take to end after the server was told to stop.
const FAREWELL: Duration = Duration::from_secs(5);

/// How the server listens and how long it has patience.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port 0 takes a free one; see [`Server::address`].
    pub listen: SocketAddr,
    /// How long one request may take.
    pub request_time_max: Duration,
    /// How long an answer to a wrong token is held back.
    pub slow_failures: Duration,
    /// How long the last verified state serves when the ledger cannot be read.
    pub last_verified_for: Duration,
}

impl Options {
    /// The usual patience.
    pub fn new(listen: SocketAddr) -> Options {
        Options {
            listen,
            request_time_max: Duration::from_secs(60),
            slow_failures: Duration::from_millis(300),
            last_verified_for: LAST_VERIFIED_FOR,
        }
    }
}

/// Why the server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {listen}: {source}; choose another address: --listen 127.0.0.1:0")]
    Listen {
        listen: SocketAddr,
        source: std::io::Error,
    },
    #[error("the server stopped: {0}")]
    Stopped(#[source] std::io::Error),
}

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    site: Arc<Site>,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// [`ServeError::Listen`].
    pub async fn bind(project: Arc<Project>, options: &Options) -> Result<Server, ServeError> {
        let refused = |source| ServeError::Listen {
            listen: options.listen,
            source,
        };
        let listener = TcpListener::bind(options.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Server {
            listener,
            address,
            site: Site::new(project, options),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` is ready; requests that are under way then get five seconds to end.
    ///
    /// # Errors
    /// [`ServeError::Stopped`].
    pub async fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let told = Arc::new(Notify::new());
        let telling = told.clone();
        let graceful = async move {
            shutdown.await;
            telling.notify_one();
        };
        let service = routes(self.site).into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(self.listener, service).with_graceful_shutdown(graceful);
        let patience = async move {
            told.notified().await;
            tokio::time::sleep(FAREWELL).await;
        };
        tokio::select! {
            ended = serving.into_future() => ended.map_err(ServeError::Stopped),
            () = patience => Ok(()),
        }
    }
}

/// Serves a project until `shutdown` is ready.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    project: Arc<Project>,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    Server::bind(project, &options).await?.run(shutdown).await
}
