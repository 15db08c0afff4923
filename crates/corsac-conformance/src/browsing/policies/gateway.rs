//! The gateway in this process, over `http` and `https`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use corsac_gateway::{Exchange, Gateway};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::super::place::{Places, prefix, scenario_of};
use super::super::scenario::Scenario;
use super::super::stage::StageError;
use super::super::stage::listening::{acceptor, bind_host};
use super::trial::{Behind, Trial, UPSTREAM};

/// One gateway whose configuration is replaced while it serves, until this is dropped.
#[derive(Debug)]
pub(super) struct Served {
    gateway: Gateway,
    preflights: Arc<Preflights>,
    doors: Doors,
    _servers: JoinSet<()>,
}

/// Where the gateway is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doors {
    plain: u16,
    secure: u16,
}

/// The preflights that came, each as its path and how it was answered, by the scenario.
#[derive(Debug, Default)]
struct Preflights(Mutex<BTreeMap<u64, Vec<String>>>);

impl Served {
    /// Starts the gateway on ports that are free.
    pub(super) async fn start() -> Result<Self, StageError> {
        let preflights = Arc::new(Preflights::default());
        let seen = Arc::clone(&preflights);
        let nothing = read("[[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'")?;
        let gateway =
            Gateway::new(&nothing).with_observer(Arc::new(move |exchange| seen.note(exchange)));
        let mut servers = JoinSet::new();
        let plain = bind_host("localhost").await?;
        let secure = bind_host("localhost").await?;
        let doors = Doors {
            plain: plain[0].local_addr()?.port(),
            secure: secure[0].local_addr()?.port(),
        };
        for listener in plain {
            servers.spawn(gateway.serve(listener, std::future::pending()));
        }
        for listener in secure {
            servers.spawn(serve_secure(listener, acceptor()?, doors.plain));
        }
        Ok(Self {
            gateway,
            preflights,
            doors,
            _servers: servers,
        })
    }

    /// Puts the policies of these trials in the place of those before; the number of the first
    /// trial's scenario is `first`.
    pub(super) fn replace(
        &self,
        trials: &[Trial],
        (first, places): (u64, &Places),
    ) -> Result<(), StageError> {
        let mut file = String::new();
        for (id, trial) in (first..).zip(trials) {
            let policy = trial.policy.text(places).map_err(io::Error::from)?;
            let path = prefix(id);
            let path = path.trim_end_matches('/');
            let upstream = match trial.behind {
                Behind::Server => places.origin(UPSTREAM),
                // Nobody listens there who is not root.
                Behind::Nothing => "http://127.0.0.1:1".to_owned(),
            };
            let methods = trial.methods.as_ref();
            let methods = methods.map(|it| format!("methods = {it:?}\n"));
            write!(
                file,
                "[policy.p{id}]\n{policy}\n[[route]]\npath = '{path}'\npolicy = 'p{id}'\n\
                 upstream = '{upstream}'\n{}\n",
                methods.unwrap_or_default()
            )
            .expect("it is text");
        }
        self.gateway.replace(&read(&file)?);
        Ok(())
    }

    /// The preflights of the scenarios from `first` on, `n` of them.
    pub(super) fn take_preflights(&self, first: u64, n: usize) -> Vec<Vec<String>> {
        let mut all = self.preflights.all();
        let taken = (first..).take(n);
        taken
            .map(|id| all.remove(&id).unwrap_or_default())
            .collect()
    }

    pub(super) const fn doors(&self) -> Doors {
        self.doors
    }
}

impl Doors {
    /// The scenario with the URLs of the gateway.
    pub(super) fn filled(self, scenario: &Scenario) -> Scenario {
        let mut scenario = scenario.clone();
        for call in &mut scenario.calls {
            call.url = call
                .url
                .replace("{gateway}", &format!("http://localhost:{}", self.plain))
                .replace(
                    "{address-gateway}",
                    &format!("http://127.0.0.1:{}", self.plain),
                )
                .replace(
                    "{secure-gateway}",
                    &format!("https://localhost:{}", self.secure),
                );
        }
        scenario
    }
}

impl Preflights {
    fn note(&self, exchange: &Exchange<'_>) {
        let Some(id) = scenario_of(exchange.uri.path()) else {
            return;
        };
        let is_preflight = exchange.method == http::Method::OPTIONS
            && exchange
                .request_headers
                .contains_key(http::header::ACCESS_CONTROL_REQUEST_METHOD);
        if is_preflight {
            let path = exchange.uri.path().replace(&prefix(id), "");
            let refusal = exchange.refusal.map_or("allowed", |it| it.code());
            let answered = format!("{path} {} {refusal}", exchange.status.as_u16());
            self.all().entry(id).or_default().push(answered);
        }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<u64, Vec<String>>> {
        // Nothing is left half done where it could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(file: &str) -> Result<corsac_config::Config, StageError> {
    corsac_config::read(file).map_err(|it| StageError::Policy(it.to_string()))
}

/// Takes TLS off, as is done in front of a gateway that speaks none.
async fn serve_secure(listener: TcpListener, acceptor: tokio_rustls::TlsAcceptor, to: u16) {
    // Those that are open end with the set.
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let acceptor = acceptor.clone();
        connections.spawn(async move {
            // A connection that breaks off is the browser's affair.
            carry(stream, &acceptor, to).await.ok();
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn carry(stream: TcpStream, acceptor: &tokio_rustls::TlsAcceptor, to: u16) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = acceptor.accept(stream).await?;
    let mut gateway = TcpStream::connect(("127.0.0.1", to)).await?;
    gateway.set_nodelay(true)?;
    copy_bidirectional(&mut stream, &mut gateway).await?;
    Ok(())
}
