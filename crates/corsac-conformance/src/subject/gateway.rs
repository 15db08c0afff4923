//! The gateway over real sockets, with a scripted upstream behind it.

use std::fmt;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use corsac::Refusal;
use corsac_gateway::Gateway;

use super::raw_http::{Message, exchange, read_head, request_bytes, response_bytes};
use super::{Subject, SubjectError};
use crate::question::{AnsweredBy, Fields, HandlerResponse, Outcome, Question};
use crate::server_case::Transport;

/// One gateway in this process, whose configuration is replaced for each question.
///
/// The client and the upstream speak HTTP/1.1 in raw bytes, so that what is compared are the lines
/// on the wire.
pub struct GatewaySubject {
    gateway: Gateway,
    address: SocketAddr,
    upstream: Upstream,
    refusals: Receiver<Option<Refusal>>,
    _runtime: tokio::runtime::Runtime,
}

impl GatewaySubject {
    /// Starts the gateway and the upstream, on loopback.
    pub fn start() -> Result<Self, SubjectError> {
        let failed = |error: io::Error| SubjectError::new("the gateway does not start", error);
        let upstream = Upstream::start().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(failed)?;
        let listener = loopback_listener().map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let (sender, refusals) = channel();
        let sender = Mutex::new(sender);
        let config = config(
            r#"allow-origins = ["https://app.example"]"#,
            None,
            &upstream,
        )?;
        let gateway = Gateway::new(&config).with_observer(Arc::new(move |exchange| {
            let sender = sender
                .lock()
                .expect("nothing panics while it holds the lock");
            // Nobody listens any more when the subject is gone: then nothing is lost.
            sender.send(exchange.refusal).unwrap_or_default();
        }));
        let served = gateway.clone();
        let listener = {
            let _context = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(failed)?
        };
        runtime.spawn(async move { served.serve(listener, std::future::pending()).await });
        Ok(Self {
            gateway,
            address,
            upstream,
            refusals,
            _runtime: runtime,
        })
    }
}

impl Subject for GatewaySubject {
    fn transport(&self) -> Transport {
        Transport::Gateway
    }

    fn ask(&mut self, question: &Question) -> Result<Outcome, SubjectError> {
        let methods = question.methods.as_deref();
        self.gateway
            .replace(&config(&question.policy, methods, &self.upstream)?);
        self.upstream.script(question.response.clone());
        while self.refusals.try_recv().is_ok() {}
        let message = self
            .exchange(question)
            .map_err(|error| SubjectError::new("no response from the gateway", error))?;
        let refusal = self
            .refusals
            .recv_timeout(PATIENCE)
            .map_err(|error| SubjectError::new("the observer was not called", error))?;
        let (refusal, fault) = Outcome::codes_of(refusal);
        let status = message.status();
        Ok(Outcome {
            answered_by: match self.upstream.was_called() {
                true => AnsweredBy::Handler,
                false => AnsweredBy::Policy,
            },
            status: status.ok_or_else(|| SubjectError::new("no status", &message.start_line))?,
            refusal,
            fault,
            fields: Fields::of(message.lines),
            body_len: message.body.len(),
        })
    }
}

impl GatewaySubject {
    fn exchange(&self, question: &Question) -> io::Result<Message> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        exchange(stream, &request_bytes(question, &self.address.to_string()))
    }
}

impl fmt::Debug for GatewaySubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewaySubject")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// How long a test waits for what never comes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A configuration with one route for everything.
fn config(
    policy: &str,
    methods: Option<&[String]>,
    upstream: &Upstream,
) -> Result<corsac_config::Config, SubjectError> {
    let methods = methods
        .map(|it| format!("methods = {it:?}\n"))
        .unwrap_or_default();
    let address = upstream.address;
    let source = format!(
        "[policy.case]\n{policy}\n[[route]]\npath = '/'\nupstream = 'http://{address}'\npolicy = 'case'\n{methods}"
    );
    corsac_config::read(&source)
        .map_err(|problems| SubjectError::new("the policy is refused", problems))
}

fn loopback_listener() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
}

/// A server that answers every request with the same bytes, and closes the connection.
#[derive(Debug)]
struct Upstream {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

#[derive(Debug)]
struct Script {
    response: HandlerResponse,
    n_requests: usize,
}

impl Upstream {
    fn start() -> io::Result<Self> {
        let listener = loopback_listener()?;
        let address = listener.local_addr()?;
        let script = Script {
            response: HandlerResponse::Failure,
            n_requests: 0,
        };
        let script = Arc::new(Mutex::new(script));
        let of_thread = Arc::clone(&script);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A client that goes away early is not the upstream's affair.
                answer(stream, &of_thread).unwrap_or_default();
            }
        });
        Ok(Self { address, script })
    }

    /// Answers with this from now on.
    fn script(&self, response: HandlerResponse) {
        *self.locked() = Script {
            response,
            n_requests: 0,
        };
    }

    fn was_called(&self) -> bool {
        self.locked().n_requests > 0
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script
            .lock()
            .expect("nothing panics while it holds the lock")
    }
}

fn answer(mut stream: TcpStream, script: &Mutex<Script>) -> io::Result<()> {
    let head = read_head(&mut stream)?;
    let response = {
        let mut script = script
            .lock()
            .expect("nothing panics while it holds the lock");
        script.n_requests += 1;
        response_bytes(&script.response, head.starts_with(b"HEAD "))
    };
    stream.write_all(&response)
}
