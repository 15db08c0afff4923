//! How near to the user a server is, for those who guard what is near.
//!
//! Local Network Access asks the user before a page from the internet talks to the user's own
//! network. The Fetch standard has nothing of it: it is a draft on top, and the profile says which
//! engine enforces it. Then each connection is checked before a request is sent over it, if it is
//! known where the page came from.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IP address space: from where an address leads to the same host.
///
/// Follows [IP address space](https://wicg.github.io/local-network-access/#ip-address-space); the
/// order is that of [less public](https://wicg.github.io/local-network-access/#ip-address-space-less-public).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the text defines these three")]
pub enum AddressSpace {
    /// Only this machine.
    Loopback,
    /// Only this network.
    Local,
    /// Everywhere.
    Public,
}

impl AddressSpace {
    /// The space of an address.
    ///
    /// Follows [determine the IP address space](https://wicg.github.io/local-network-access/#determine-the-ip-address-space).
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        // 1.
        match address.to_canonical() {
            // 2. and 3.
            IpAddr::V4(address) => space_of_ipv4(address),
            IpAddr::V6(address) => space_of_ipv6(address),
        }
    }

    /// The name of the space.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Local => "local",
            Self::Public => "public",
        }
    }
}

impl fmt::Display for AddressSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a page has to do with the networks around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalNetworkAccess {
    /// The space of the address that the page came from.
    pub page: AddressSpace,
    /// Whether the page is a secure context.
    pub context: Context,
    /// What the user has said, if anything.
    pub permission: Permission,
    /// The space that the script says it means, by `targetAddressSpace`.
    pub target: Option<AddressSpace>,
}

/// Is a page a [secure context](https://html.spec.whatwg.org/#secure-context)?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it is or it is not")]
pub enum Context {
    /// It is.
    Secure,
    /// It is not.
    Insecure,
}

/// What the user has said to a page that wants to talk to the local network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the states of a permission")]
pub enum Permission {
    /// It may.
    Granted,
    /// It may not.
    Denied,
    /// Nothing yet: a browser asks. There is nobody to ask here, so that the request ends.
    #[default]
    Prompt,
}

impl LocalNetworkAccess {
    /// May a request of the page use a connection to this space?
    ///
    /// Follows [Local Network Access check](https://wicg.github.io/local-network-access/#local-network-access-check)
    /// from its fourth step on. The first, that a trustworthy page may talk to its own origin, is
    /// for the caller, who knows the request. The draft's letter ends at a target that fits, by
    /// which a script could do without the permission; here the check goes on, as the draft means.
    pub fn check(&self, connection: AddressSpace) -> Result<(), LocalNetworkFailure> {
        // 4.
        if let Some(target) = self.target
            && target != connection
        {
            return Err(LocalNetworkFailure::NotTheTarget { target, connection });
        }
        // 5.
        if connection >= self.page {
            return Ok(());
        }
        match (self.context, self.permission) {
            (Context::Insecure, _) => Err(LocalNetworkFailure::InsecureContext { connection }),
            (Context::Secure, Permission::Denied) => {
                Err(LocalNetworkFailure::PermissionDenied { connection })
            }
            (Context::Secure, Permission::Prompt) => {
                Err(LocalNetworkFailure::PermissionPrompt { connection })
            }
            (Context::Secure, Permission::Granted) => Ok(()),
        }
    }
}

/// Why a request may not use a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocalNetworkFailure {
    /// The script meant another space.
    NotTheTarget {
        /// The one that it meant.
        target: AddressSpace,
        /// The one that it got.
        connection: AddressSpace,
    },
    /// The page is no secure context, so that the user is not even asked.
    InsecureContext {
        /// The space that it wanted to talk to.
        connection: AddressSpace,
    },
    /// The user said no.
    PermissionDenied {
        /// The space that it wanted to talk to.
        connection: AddressSpace,
    },
    /// The user would have to be asked.
    PermissionPrompt {
        /// The space that it wanted to talk to.
        connection: AddressSpace,
    },
}

impl LocalNetworkFailure {
    /// The stable name of the failure.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotTheTarget { .. } => "local-network/not-the-target",
            Self::InsecureContext { .. } => "local-network/insecure-context",
            Self::PermissionDenied { .. } => "local-network/permission-denied",
            Self::PermissionPrompt { .. } => "local-network/permission-prompt",
        }
    }

    /// The step of the check that decided.
    pub(crate) const fn step(self) -> &'static str {
        match self {
            Self::NotTheTarget { .. } => "4.2",
            Self::InsecureContext { .. } => "5.2",
            Self::PermissionDenied { .. } => "5.11",
            Self::PermissionPrompt { .. } => "5.13",
        }
    }
}

impl fmt::Display for LocalNetworkFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTheTarget { target, connection } => write!(
                f,
                "the script meant the address space `{target}`, but the server is in `{connection}`"
            ),
            Self::InsecureContext { connection } => write!(
                f,
                "the server is in the address space `{connection}`, but the page is no secure context"
            ),
            Self::PermissionDenied { connection } => write!(
                f,
                "the user does not let the page talk to the address space `{connection}`"
            ),
            Self::PermissionPrompt { connection } => write!(
                f,
                "the user must be asked before the page talks to the address space `{connection}`"
            ),
        }
    }
}

/// Follows the IPv4 rows of [non-public IP address blocks](https://wicg.github.io/local-network-access/#non-public-ip-address-blocks).
fn space_of_ipv4(address: Ipv4Addr) -> AddressSpace {
    match address.octets() {
        [127, ..] | [198, 18 | 19, ..] | [0, 0, 0, 0] => AddressSpace::Loopback,
        [10 | 0, ..]
        | [100, 64..=127, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [169, 254, ..] => AddressSpace::Local,
        _ => AddressSpace::Public,
    }
}

/// Follows the IPv6 rows of [non-public IP address blocks](https://wicg.github.io/local-network-access/#non-public-ip-address-blocks).
fn space_of_ipv6(address: Ipv6Addr) -> AddressSpace {
    if address.is_loopback() || address.is_unspecified() {
        return AddressSpace::Loopback;
    }
    match address.segments() {
        // fc00::/7, then fe80::/10 and fec0::/10 together
        [0xFC00..=0xFDFF | 0xFE80..=0xFEFF, ..] => AddressSpace::Local,
        // For documentation: 2001:db8::/32 and 3fff::/20
        [0x2001, 0x0DB8, ..] | [0x3FFF, 0..=0x0FFF, ..] => AddressSpace::Local,
        _ => AddressSpace::Public,
    }
}
