//! `corsac demo`: a page, an API, and a gateway between them.

use corsac_playground::{Address, Addresses, Playground, Ports};

use crate::arguments::DemoArguments;
use crate::exit::{Exit, Failure};
use crate::running::{self, Signals};
use crate::terminal;

pub(crate) fn run(arguments: &DemoArguments) -> Result<Exit, Failure> {
    let playground = Playground::bind(ports(arguments.port))
        .map_err(|error| Failure::misuse(format!("cannot start the demo: {error}")))?;
    running::runtime()?.block_on(play(playground))
}

async fn play(playground: Playground) -> Result<Exit, Failure> {
    let signals = Signals::catch()?;
    let addresses = playground.addresses();
    for (part, address) in parts(addresses) {
        if let Some(taken) = address.taken() {
            let port = address.socket().port();
            terminal::note(&format!(
                "port {taken} is taken: the {part} has port {port}"
            ));
        }
    }
    terminal::print(&greeting(addresses))?;
    let output = running::until_told(signals, "ending the demo", |told| {
        playground.run(async {
            // Without a teller there is nothing to wait for either.
            let _ = told.await;
        })
    });
    match output.await {
        Some(Err(error)) => Err(Failure::misuse(format!("the demo broke off: {error}"))),
        output => Ok(running::exit_of(output)),
    }
}

/// The page's port and the next two; 0 is any for each of them.
fn ports(page: u16) -> Ports {
    match page {
        0 => Ports {
            page: 0,
            api: 0,
            gateway: 0,
        },
        page => Ports {
            page,
            api: page + 1,
            gateway: page + 2,
        },
    }
}

fn parts(addresses: &Addresses) -> [(&'static str, Address); 3] {
    [
        ("page", addresses.page()),
        ("API", addresses.api()),
        ("gateway", addresses.gateway()),
    ]
}

fn greeting(addresses: &Addresses) -> String {
    let [page, api, gateway] = parts(addresses).map(|(_, address)| address.to_string());
    format!(
        "  page     {page}\n  \
           API      {api}  knows nothing of CORS\n  \
           gateway  {gateway}  the same API behind a policy\n\
         \n\
         Open {page} in a browser. Ctrl-C ends the demo.\n"
    )
}
