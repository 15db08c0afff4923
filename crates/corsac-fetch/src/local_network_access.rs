//! Local Network Access, where it meets a fetch.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address_space::{AddressSpace, Context, LocalNetworkAccess, LocalNetworkFailure};
use crate::fetch::Fetch;
use crate::network_error::NetworkError;
use crate::trace::{LOCAL_NETWORK_ACCESS_CHECK, Rule, StepOutcome};
use crate::trustworthy::is_potentially_trustworthy_origin;
use crate::user_agent::UserAgent;

/// Whether an engine guards the networks around the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LocalNetworkRule {
    /// It does not.
    Open,
    /// It does, and asks the user.
    Permission,
}

/// May the request be sent over a connection to this address, and its response be used?
///
/// Follows [Local Network Access check](https://wicg.github.io/local-network-access/#local-network-access-check).
/// A preflight has no policy container of its own, and the draft would leave it unchecked; it goes
/// where the request goes, and is checked like it. Where a proxy connects, nobody knows, and
/// nothing is checked; Chromium lets such a request through too.
pub(crate) fn local_network_access_check(
    fetch: &Fetch,
    ua: &UserAgent,
    address: IpAddr,
) -> Result<Option<Spaces>, LocalNetworkFailure> {
    let Some(page) = fetch.page_address else {
        return Ok(None);
    };
    let request = &fetch.request;
    let is_trustworthy = is_potentially_trustworthy_origin(request.origin());
    // 2.
    let is_own = is_trustworthy && request.url_list.is_current_same_origin();
    if is_own || ua.profile().local_network() == LocalNetworkRule::Open {
        return Ok(None);
    }
    // 1.
    let connection = AddressSpace::of(address);
    let access = LocalNetworkAccess {
        page: AddressSpace::of(page),
        context: match is_trustworthy {
            true => Context::Secure,
            false => Context::Insecure,
        },
        permission: ua.local_network_permission(),
        target: request.target_address_space,
    };
    access.check(connection)?;
    Ok(Some(Spaces {
        page: access.page,
        connection,
    }))
}

/// What a check compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spaces {
    page: AddressSpace,
    connection: AddressSpace,
}

/// Makes the check, and leaves word of it.
pub(crate) fn traced_check(
    fetch: &mut Fetch,
    ua: &UserAgent,
    address: IpAddr,
) -> Result<(), NetworkError> {
    let spaces = local_network_access_check(fetch, ua, address);
    let compared = match spaces {
        Ok(spaces) => spaces,
        Err(_) => fetch.page_address.map(|page| Spaces {
            page: AddressSpace::of(page),
            connection: AddressSpace::of(address),
        }),
    };
    if let Some(Spaces { page, connection }) = compared {
        fetch
            .trace
            .push(COMPARED, StepOutcome::AddressSpaces { page, connection });
    }
    spaces.map(drop).map_err(NetworkError::LocalNetworkAccess)
}

/// The space that a request means by its URL alone.
///
/// Follows the amendment of [fetch](https://wicg.github.io/local-network-access/#fetching).
pub(crate) fn target_of_url(url: &Url) -> Option<AddressSpace> {
    let is_local = match url.host()? {
        Host::Ipv4(address) => AddressSpace::of(address.into()) == AddressSpace::Local,
        Host::Ipv6(address) => AddressSpace::of(address.into()) == AddressSpace::Local,
        Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "local" || name.ends_with(".local")
        }
    };
    is_local.then_some(AddressSpace::Local)
}

const COMPARED: Rule = Rule {
    anchor: LOCAL_NETWORK_ACCESS_CHECK,
    step: "5",
};
